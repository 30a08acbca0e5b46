package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/cri-streaming/pkg/streaming/portforward"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"
)

// As the kubelet has it.
const idleTimeout = 4 * time.Hour

// The kubelet's paths that the API server uses.
func routes(pods *podRunner) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/exec/{namespace}/{pod}/{container}", pods.exec)
	mux.HandleFunc("/attach/{namespace}/{pod}/{container}", pods.attach)
	mux.HandleFunc("/portForward/{namespace}/{pod}", pods.portForward)
	mux.HandleFunc("/containerLogs/{namespace}/{pod}/{container}", pods.logs)
	return mux
}

// place is one container of one pod; the methods are what the kubelet's packages ask of a container runtime.
type place struct {
	runner    *podRunner
	pod       *corev1.Pod
	container corev1.Container
}

// placeOf answers with 404 itself, and nil, where there is none.
func (r *podRunner) placeOf(w http.ResponseWriter, req *http.Request) *place {
	pod, err := r.lister.Pods(req.PathValue("namespace")).Get(req.PathValue("pod"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return nil
	}
	for _, container := range containersOf(pod) {
		if container.Name == req.PathValue("container") || req.PathValue("container") == "" {
			return &place{runner: r, pod: pod, container: container}
		}
	}
	http.Error(w, fmt.Sprintf("container %q not found", req.PathValue("container")), http.StatusNotFound)
	return nil
}

func (r *podRunner) exec(w http.ResponseWriter, req *http.Request) {
	where := r.placeOf(w, req)
	if where == nil {
		return
	}
	options, err := remotecommand.NewOptions(req)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	remotecommand.ServeExec(w, req, where, where.pod.Name, string(where.pod.UID), where.container.Name,
		req.Form[corev1.ExecCommandParam], options, idleTimeout, remotecommand.DefaultStreamCreationTimeout,
		remotecommand.SupportedStreamingProtocols)
}

func (r *podRunner) attach(w http.ResponseWriter, req *http.Request) {
	where := r.placeOf(w, req)
	if where == nil {
		return
	}
	options, err := remotecommand.NewOptions(req)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	remotecommand.ServeAttach(w, req, where, where.pod.Name, string(where.pod.UID), where.container.Name,
		options, idleTimeout, remotecommand.DefaultStreamCreationTimeout, remotecommand.SupportedStreamingProtocols)
}

func (r *podRunner) portForward(w http.ResponseWriter, req *http.Request) {
	where := r.placeOf(w, req)
	if where == nil {
		return
	}
	options, err := portforward.NewV4Options(req)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	portforward.ServePortForward(w, req, where, where.pod.Name, string(where.pod.UID), options, idleTimeout,
		remotecommand.DefaultStreamCreationTimeout, portforward.SupportedProtocols)
}

// ExecInContainer runs the command in the container's folder.
func (p *place) ExecInContainer(ctx context.Context, _, _, _ string, command []string, in io.Reader,
	out, errors io.WriteCloser, tty bool, resize <-chan remotecommand.TerminalSize, _ time.Duration) error {
	return p.program(command, tty).run(ctx, in, out, errors, resize)
}

// AttachContainer starts the container's own command for this one attach, as no container runs: `cat` where it has none.
func (p *place) AttachContainer(ctx context.Context, _, _, _ string, in io.Reader, out, errors io.WriteCloser, tty bool,
	resize <-chan remotecommand.TerminalSize) error {
	command := append(append([]string{}, p.container.Command...), p.container.Args...)
	if len(command) == 0 {
		command = []string{"cat"}
	}
	ended := p.program(command, tty).run(ctx, in, out, errors, resize)
	exit, isExit := ended.(utilexec.ExitError)
	switch {
	case isExit:
		return p.runner.containerEnded(ctx, p.pod, p.container.Name, int32(exit.ExitStatus()))
	case ended == nil:
		return p.runner.containerEnded(ctx, p.pod, p.container.Name, 0)
	}
	return ended
}

// PortForward connects with the machine's loopback port of that number.
func (p *place) PortForward(ctx context.Context, _, _ string, port int32, stream io.ReadWriteCloser) error {
	defer stream.Close()
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port))))
	if err != nil {
		return err
	}
	defer connection.Close()
	go func() {
		_, _ = io.Copy(connection, stream)
		_ = connection.(*net.TCPConn).CloseWrite()
	}()
	_, err = io.Copy(stream, connection)
	return err
}

func (p *place) program(command []string, tty bool) program {
	env := []string{"PATH=/usr/local/bin:/usr/bin:/bin", "HOSTNAME=" + p.pod.Name, "TERM=xterm"}
	for _, each := range p.container.Env {
		if each.ValueFrom == nil {
			env = append(env, each.Name+"="+each.Value)
		}
	}
	folder := p.runner.folderOf(p.pod, p.container.Name)
	return program{command: command, folder: folder, env: append(env, "HOME="+folder), tty: tty}
}
