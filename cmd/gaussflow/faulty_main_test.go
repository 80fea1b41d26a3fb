package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"

	"gaussflow/internal/files"
	"gaussflow/internal/files/faults"
)

// signalAt is the environment variable with the call on the disk, from 1, and the signals that the program gets there: "7 9", "40 2 15".
const signalAt = "GAUSSFLOW_TEST_SIGNAL_AT"

// faultyMain is the program with signals at a chosen call.
func faultyMain() {
	if text := os.Getenv(signalAt); text != "" {
		var call int
		var signals [2]syscall.Signal
		n, _ := fmt.Sscan(text, &call, &signals[0], &signals[1])
		if n != len(strings.Fields(text)) || n < 2 {
			fmt.Fprintf(os.Stderr, "%s=%q, want CALL SIGNAL [SIGNAL]\n", signalAt, text)
			os.Exit(exitUsage)
		}
		files.SetSystem(&faults.System{At: call, Fault: func() error { return signalSelf(signals[:n-1]) }})
	}
	main()
}

func signalSelf(signals []syscall.Signal) error {
	self, err := os.FindProcess(os.Getpid())
	for _, s := range signals {
		if err == nil {
			err = self.Signal(s)
		}
		if err == nil && s == syscall.SIGKILL {
			select {} // it comes at once
		}
	}
	return err
}
