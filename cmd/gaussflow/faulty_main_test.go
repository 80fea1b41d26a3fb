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

// signalAt names an environment variable: the number of a call on the disk, from 1, and the signals that the program sends
// itself at this call, such as "7 9" or "40 2 15".
const signalAt = "GAUSSFLOW_TEST_SIGNAL_AT"

// saidIn names an environment variable with a folder, in which the program records its arguments and what it writes to standard error.
const saidIn = "GAUSSFLOW_TEST_SAID"

// faultyMain runs the program, and sends it signals at a chosen call on the disk.
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

// said holds the program's arguments and what it wrote to standard error.
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
			select {} // the signal ends the process at once
		}
	}
	return err
}
