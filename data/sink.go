package data

import (
	"fmt"
	"io"
	"os"

	"gaussflow/internal/files"
)

// A sink is a file while it is written: see files.Replacement. Standard output is a sink that is written directly.
type sink interface {
	io.WriteSeeker
	Direct() bool
	Commit() error
	Discard() error
}

// special reports whether path exists and is no regular file, but a pipe or a device.
func special(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular()
}

func newSink(path string) (sink, error) {
	if path == "-" {
		return standardOutput{os.Stdout}, nil
	}
	r, err := files.New(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	return r, nil
}

type standardOutput struct{ *os.File }

// Direct is true.
func (standardOutput) Direct() bool { return true }

// Commit does nothing, since everything has been written.
func (standardOutput) Commit() error { return nil }

// Discard does nothing.
func (standardOutput) Discard() error { return nil }
