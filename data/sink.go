package data

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// A sink is a file in the making: it is written beside its path under another name and moved there once whole. Standard
// output, a pipe or a device is written directly.
type sink struct {
	*os.File
	path string // "": written directly
	own  bool   // ours to close
}

// special reports whether path is there and no regular file: a pipe, a device.
func special(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular()
}

func newSink(path string) (*sink, error) {
	if path == "-" {
		return &sink{File: os.Stdout}, nil
	}
	if special(path) {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		return &sink{File: f, own: true}, nil
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link stays a link
	}
	name := fmt.Sprintf(".%s.%08x", filepath.Base(path), rand.Uint32())
	f, err := os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	return &sink{f, path, true}, nil
}

// commit puts the file in its place.
func (s *sink) commit() error {
	if s.path == "" {
		return nil
	}
	if err := s.Sync(); err != nil {
		return err
	}
	if err := os.Rename(s.Name(), s.path); err != nil {
		return err
	}
	s.path = ""
	return nil
}

// discard closes the file and removes one that was not committed.
func (s *sink) discard() {
	if !s.own {
		return
	}
	s.own = false
	s.File.Close()
	if s.path != "" {
		os.Remove(s.Name())
	}
}
