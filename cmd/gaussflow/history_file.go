package main

import (
	"errors"
	"io"
	"os"
	"time"

	"gaussflow/internal/files"
	"gaussflow/train"
)

// A historyFile is the losses of a fit on their way to a file. The file is replaced as a whole, so that at any moment it holds all
// lines up to an epoch; a fit of many short epochs does not wait for the disk after each. What cannot be written is kept for finish:
// a full disk ends no fit.
type historyFile struct {
	path    string
	logger  *train.CSVLogger // which writes here
	content []byte           // of the file; of a pipe or a device, what it has not taken
	at      time.Time        // of the last replacement
}

// historyEvery is the least time between two replacements.
const historyEvery = time.Second

func newHistoryFile(path string) *historyFile {
	h := &historyFile{path: path, at: time.Now()}
	h.logger = &train.CSVLogger{Out: h}
	return h
}

// Write takes lines; it does not fail.
func (h *historyFile) Write(lines []byte) (int, error) {
	h.content = append(h.content, lines...)
	if time.Since(h.at) >= historyEvery {
		_ = h.flush() // finish tells
		h.at = time.Now()
	}
	return len(lines), nil
}

// finish writes what is left, the header at least: of a fit that was interrupted before its first epoch, or that needed none.
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
