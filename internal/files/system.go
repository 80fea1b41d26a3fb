package files

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// A System is what a replacement needs of the file system. Tests replace the disk by one that fails, or kills the process, at
// a chosen call.
type System interface {
	// Create makes a file that must not exist, for writing and reading.
	Create(path string, perm fs.FileMode) (Handle, error)
	Rename(from, to string) error
	Remove(path string) error
	// SyncDir makes a rename in the folder durable. Where the system cannot do that, it does nothing.
	SyncDir(path string) error
}

// A Handle is an open file of a System.
type Handle interface {
	io.WriteSeeker
	Name() string
	Chmod(fs.FileMode) error
	Sync() error
	Close() error
}

var system System = Disk{}

// SetSystem replaces the Disk by a System and returns a function that undoes it. It is for tests, and must not be used
// while a replacement is in progress.
func SetSystem(s System) (restore func()) {
	before := system
	system = s
	return func() { system = before }
}

// Disk is the file system of the machine.
type Disk struct{}

// Create makes a file.
func (Disk) Create(path string, perm fs.FileMode) (Handle, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return nil, err // not a Handle that holds a nil *os.File
	}
	return f, nil
}

// Rename is os.Rename.
func (Disk) Rename(from, to string) error { return os.Rename(from, to) }

// Remove is os.Remove.
func (Disk) Remove(path string) error { return os.Remove(path) }

// SyncDir syncs a folder.
func (Disk) SyncDir(path string) error {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" || runtime.GOOS == "js" {
		return nil // on Windows a folder cannot be synced
	}
	d, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a folder may be writable but not readable
	}
	if err != nil {
		return err
	}
	defer d.Close()
	if err = d.Sync(); errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil // some file systems do not support it
	}
	return err
}
