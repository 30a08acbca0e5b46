package main

import "syscall"

// endsWithUs: the kernel ends the program when the node ends, however that happens.
func endsWithUs(attributes *syscall.SysProcAttr) *syscall.SysProcAttr {
	attributes.Pdeathsig = syscall.SIGKILL
	return attributes
}
