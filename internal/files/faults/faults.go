// Package faults makes a file system fail, or a process end, at a chosen call, for the tests of everything that writes
// files.
package faults

import (
	"io/fs"

	"gaussflow/internal/files"
)

// A System is the disk with a fault at one call.
type System struct {
	files.Disk
	At    int    // the number of the call of Kind, from 1; 0 for no fault, calls are only counted
	Kind  string // create, chmod, write, seek, sync, close, rename, remove or syncdir; "": any
	Calls int    // number of calls of Kind so far
	// Fault is called at that call; if it returns an error, the call does not take place, except that a close always does.
	Fault func() error
}

func (s *System) at(kind string) error {
	if s.Kind != "" && s.Kind != kind {
		return nil
	}
	if s.Calls++; s.Calls == s.At {
		return s.Fault()
	}
	return nil
}

// Create makes a file whose calls are counted as well.
func (s *System) Create(path string, perm fs.FileMode) (files.Handle, error) {
	if err := s.at("create"); err != nil {
		return nil, err
	}
	h, err := s.Disk.Create(path, perm)
	if err != nil {
		return nil, err
	}
	return &handle{h, s}, nil
}

// Rename moves a file.
func (s *System) Rename(from, to string) error {
	if err := s.at("rename"); err != nil {
		return err
	}
	return s.Disk.Rename(from, to)
}

// Remove removes a file.
func (s *System) Remove(path string) error {
	if err := s.at("remove"); err != nil {
		return err
	}
	return s.Disk.Remove(path)
}

// SyncDir syncs a folder.
func (s *System) SyncDir(path string) error {
	if err := s.at("syncdir"); err != nil {
		return err
	}
	return s.Disk.SyncDir(path)
}

type handle struct {
	files.Handle
	s *System
}

// Chmod sets the permissions.
func (h *handle) Chmod(mode fs.FileMode) error {
	if err := h.s.at("chmod"); err != nil {
		return err
	}
	return h.Handle.Chmod(mode)
}

// Write writes half of p at a fault, as happens on a full disk.
func (h *handle) Write(p []byte) (int, error) {
	half := len(p) / 2
	if h.s.At == 0 || h.s.Calls+1 != h.s.At {
		half = 0
	}
	n, err := h.Handle.Write(p[:half])
	if err != nil {
		return n, err
	}
	if err = h.s.at("write"); err != nil {
		return n, err
	}
	m, err := h.Handle.Write(p[half:])
	return n + m, err
}

// Seek moves the position for writing.
func (h *handle) Seek(offset int64, whence int) (int64, error) {
	if err := h.s.at("seek"); err != nil {
		return 0, err
	}
	return h.Handle.Seek(offset, whence)
}

// Sync writes the content to the disk.
func (h *handle) Sync() error {
	if err := h.s.at("sync"); err != nil {
		return err
	}
	return h.Handle.Sync()
}

// Close closes the file.
func (h *handle) Close() error {
	err := h.s.at("close")
	if errClose := h.Handle.Close(); errClose != nil {
		return errClose
	}
	return err
}
