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

// patienceKey is where a context of interruptible keeps an *atomic.Bool.
type patienceKey struct{}

// grace is what an impatient command has to clean up; one that waits for its input would not end by itself.
const grace = time.Second

// interruptible is a context that ends at the first interrupt, request to terminate or hang-up of the terminal. The program ends at
// the second, or after a moment, unless the command is patient. A signal that the program was started to ignore, as nohup and the
// background of a shell do, stays ignored.
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
		var late <-chan time.Time // never, for the patient
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

// setPatient says whether the command ends by itself, soon, once ctx is done, and has something to write before.
func setPatient(ctx context.Context, on bool) {
	if patient, ok := ctx.Value(patienceKey{}).(*atomic.Bool); ok {
		patient.Store(on)
	}
}
