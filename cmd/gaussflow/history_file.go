package main

import (
	"errors"
	"io"
	"os"
	"time"

	"gaussflow/internal/files"
	"gaussflow/train"
)

// A historyFile writes the losses of a fit to a file. The file is replaced as a whole, so that at any moment it holds all lines up
// to some epoch; replacements have a minimal distance in time, so that a fit with many short epochs does not wait for the disk. An
// error in writing does not end the fit; finish returns it.
type historyFile struct {
	path    string
	logger  *train.CSVLogger // writes to this historyFile
	content []byte           // of the file; for a pipe or a device, what has not been written to it yet
	at      time.Time        // time of the last replacement
}

// historyEvery is the least time between two replacements.
const historyEvery = time.Second

func newHistoryFile(path string) *historyFile {
	h := &historyFile{path: path, at: time.Now()}
	h.logger = &train.CSVLogger{Out: h}
	return h
}

// Write adds lines; it does not fail.
func (h *historyFile) Write(lines []byte) (int, error) {
	h.content = append(h.content, lines...)
	if time.Since(h.at) >= historyEvery {
		_ = h.flush() // finish reports the error
		h.at = time.Now()
	}
	return len(lines), nil
}

// finish writes what is left, and at least the header, also for a fit that was interrupted before its first epoch or needed
// none.
func (h *historyFile) finish() error {
	if h == nil {
		return nil
	}
	if err := errors.Join(h.logger.WriteHeader(), h.flush()); err != nil {
		return &unwritable{"--history", err}
	}
	return nil
}

func (h *historyFile) flush() error {
	err := files.Replace(h.path, func(w io.Writer) error {
		_, err := w.Write(h.content)
		return err
	})
	if info, errStat := os.Stat(h.path); err == nil && errStat == nil && !info.Mode().IsRegular() {
		h.content = nil
	}
	return err
}
