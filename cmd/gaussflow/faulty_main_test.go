package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"gaussflow/internal/files"
	"gaussflow/internal/files/faults"
)

// signalAt is the environment variable with the call on the disk, from 1, and the signals that the program gets there: "7 9", "40 2 15".
const signalAt = "GAUSSFLOW_TEST_SIGNAL_AT"

// saidIn is the environment variable with a folder: what the program says on standard error is kept there, with what it was asked.
const saidIn = "GAUSSFLOW_TEST_SAID"

// faultyMain is the program with signals at a chosen call.
func faultyMain() {
	if folder := os.Getenv(saidIn); folder != "" {
		var stderr bytes.Buffer
		code := run(os.Args[1:], os.Stdout, io.MultiWriter(os.Stderr, &stderr))
		asked, err := json.Marshal(said{os.Args[1:], stderr.String()})
		if err == nil && stderr.Len() > 0 {
			err = os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d-%d", os.Getpid(), time.Now().UnixNano())), asked, 0o666)
		}
		if err != nil {
			panic(err)
		}
		os.Exit(code)
	}
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

// said is what the program was asked, and what it said.
type said struct {
	Asked []string
	Text  string
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
