package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// patienceKey is the key under which a context of interruptible holds an *atomic.Bool.
type patienceKey struct{}

// grace is the time that a command has to clean up after an interrupt if it is not patient; a command that waits for
// input would not end by itself.
const grace = time.Second

// interruptible is a context that ends at the first interrupt, request to terminate or hang-up of the terminal. The program ends at
// the second one, or after grace, unless the command is patient (see setPatient). A signal that was ignored when the program
// started, as with nohup or in a shell's background, stays ignored.
func interruptible() (context.Context, func()) {
	patient := &atomic.Bool{}
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), patienceKey{}, patient))
	signals := make(chan os.Signal, 2)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	go func() {
		<-signals
		cancel()
		var late <-chan time.Time // never fires for a patient command
		if !patient.Load() {
			late = time.After(grace)
		}
		select {
		case <-signals:
		case <-late:
		}
		fmt.Fprintln(os.Stderr, "gaussflow: interrupted")
		os.Exit(exitInterrupted)
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel()
	}
}

// setPatient says whether the command will end by itself soon after ctx is done, because it has something to write
// first.
func setPatient(ctx context.Context, on bool) {
	if patient, ok := ctx.Value(patienceKey{}).(*atomic.Bool); ok {
		patient.Store(on)
	}
}
