package main

import (
	"context"
	"errors"
	"io"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"github.com/creack/pty"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"
)

const (
	// kubectl sends its terminal's size at once, and a program that started before would see another one first.
	firstSizeWait = time.Second
	// A program in the background that keeps the terminal does not keep the session.
	tailWait = time.Second
)

// program is a local command that stands for one in a container. It ends with its caller, with all that it started.
type program struct {
	command []string
	folder  string
	env     []string
	tty     bool
}

// run returns nil for exit code 0 and an utilexec.ExitError for others; 128 + n where a signal ended it.
func (p program) run(ctx context.Context, in io.Reader, out, errOut io.Writer, resize <-chan remotecommand.TerminalSize) error {
	// The kernel ends the program with the thread that started it (see endsWithUs): this one stays until then.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if len(p.command) == 0 {
		return errors.New("no command")
	}
	command := exec.CommandContext(ctx, p.command[0], p.command[1:]...)
	command.Dir, command.Env = p.folder, p.env
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	if p.tty {
		return inTerminal(command, in, out, resize)
	}
	return onPipes(command, in, out, errOut)
}

func onPipes(command *exec.Cmd, in io.Reader, out, errOut io.Writer) error {
	command.SysProcAttr = endsWithUs(&syscall.SysProcAttr{Setpgid: true})
	command.Stdout, command.Stderr = out, errOut
	if in != nil {
		// Not command.Stdin: Wait would wait for the caller's end of input after the program's end.
		input, err := command.StdinPipe()
		if err != nil {
			return err
		}
		go func() {
			_, _ = io.Copy(input, in)
			_ = input.Close()
		}()
	}
	if err := command.Start(); err != nil {
		return err
	}
	return asExitError(command.Wait())
}

func inTerminal(command *exec.Cmd, in io.Reader, out io.Writer, resize <-chan remotecommand.TerminalSize) error {
	size := &pty.Winsize{Cols: 80, Rows: 24}
	select {
	case first, open := <-resize:
		if open {
			size = &pty.Winsize{Cols: first.Width, Rows: first.Height}
		}
	case <-time.After(firstSizeWait):
	}
	terminal, err := pty.StartWithAttrs(command, size, endsWithUs(&syscall.SysProcAttr{Setsid: true, Setctty: true}))
	if err != nil {
		return err
	}
	defer terminal.Close()
	go func() {
		for next := range resize {
			_ = pty.Setsize(terminal, &pty.Winsize{Cols: next.Width, Rows: next.Height})
		}
	}()
	if in != nil {
		go func() { _, _ = io.Copy(terminal, in) }()
	}
	copied := make(chan struct{})
	go func() {
		_, _ = io.Copy(out, terminal)
		close(copied)
	}()
	ended := command.Wait()
	select {
	case <-copied:
	case <-time.After(tailWait):
	}
	return asExitError(ended)
}

func asExitError(ended error) error {
	exit := new(exec.ExitError)
	if !errors.As(ended, &exit) {
		return ended
	}
	code := exit.ExitCode()
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		code = 128 + int(status.Signal())
	}
	return utilexec.CodeExitError{Err: exit, Code: code}
}
