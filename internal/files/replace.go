// Package files is how the library and its tools treat the files of a user: new content replaces old content as a whole or
// not at all (Replacement), what killed runs have left is removed, and paths that mean one file are told (Distinct).
package files

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A Replacement is new content for a path. It is written into a temporary file of the same folder; Commit puts that in the
// place of the old content, so that whoever opens the path, after a crash at any moment, finds all of the old or all of the
// new. A pipe or a device has no content to keep and is written directly.
type Replacement struct {
	Handle
	path   string
	lock   io.Closer // says to Sweep that the writer lives
	direct bool
	ended  bool
}

// New begins a replacement. A link is followed; a file that is there keeps its permissions, also while it is written, and must
// be one that the user may write, for to rename over it asks only for the folder. A folder is an error.
func New(path string) (*Replacement, error) {
	given := path
	path = resolve(path)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		sweepOnce(filepath.Dir(path))
		return create(path, nil)
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, &fs.PathError{Op: "write", Path: path, Err: errors.New("is a folder, want a file")}
	}
	old, err := os.OpenFile(given, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return &Replacement{Handle: old, path: path, direct: true}, nil
	}
	if err := old.Close(); err != nil {
		return nil, err
	}
	sweepOnce(filepath.Dir(path))
	return create(path, info)
}

// create makes and locks the temporary file; info is that of the file to replace, nil where there is none.
func create(path string, info fs.FileInfo) (*Replacement, error) {
	perm := fs.FileMode(0o666) // less the umask
	if info != nil {
		perm = info.Mode().Perm()
	}
	for {
		h, err := system.Create(temporary(filepath.Dir(path)), perm)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, inFolder(path, err)
		}
		r := &Replacement{Handle: h, path: path}
		var alive bool
		if r.lock, alive = lock(h.Name()); !alive { // a sweep of another process came between
			if err := r.Discard(); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			continue
		}
		if info != nil {
			if err := h.Chmod(perm); err != nil {
				return nil, errors.Join(err, r.Discard())
			}
		}
		return r, nil
	}
}

// inFolder is an error about a temporary file in the words of the user, who knows of none.
func inFolder(path string, err error) error {
	var e *fs.PathError
	if !errors.As(err, &e) {
		return err
	}
	return &fs.PathError{Op: "create a file in", Path: filepath.Dir(path), Err: e.Err}
}

// Direct reports whether the path is a pipe or a device, which is written as it comes and cannot be read back.
func (r *Replacement) Direct() bool { return r.direct }

// Commit completes the replacement. After an error other than that of the folder's sync, which comes last, the path holds
// what it held before.
func (r *Replacement) Commit() error {
	if r.ended {
		return nil
	}
	if r.direct {
		r.ended = true
		return r.Close()
	}
	if err := r.Sync(); err != nil {
		return errors.Join(err, r.Discard())
	}
	r.ended = true
	defer r.unlock()
	err := r.Close()
	if err == nil {
		err = system.Rename(r.Name(), r.path)
	}
	if err != nil {
		return errors.Join(err, system.Remove(r.Name()))
	}
	return system.SyncDir(filepath.Dir(r.path))
}

// Discard gives the replacement up and removes what was written; after Commit it does nothing.
func (r *Replacement) Discard() error {
	if r.ended {
		return nil
	}
	r.ended = true
	defer r.unlock()
	err := r.Close()
	if !r.direct {
		err = errors.Join(err, system.Remove(r.Name()))
	}
	return err
}

func (r *Replacement) unlock() {
	if r.lock != nil {
		_ = r.lock.Close() // only a lock, nothing was written through it
	}
}

// Replace is New, write and Commit.
func Replace(path string, write func(w io.Writer) error) error {
	r, err := New(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(r, 1<<16)
	if err = write(w); err == nil {
		err = w.Flush()
	}
	if err != nil {
		return errors.Join(err, r.Discard())
	}
	return r.Commit()
}

// Check reports whether Replace could write to the path now, and changes nothing: what a command finds out before it works.
func Check(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil // to open a pipe is to wait for its reader
	}
	r, err := New(path)
	if err != nil {
		return err
	}
	return r.Discard()
}

// resolve follows links, also to a file that is not there yet.
func resolve(path string) string {
	const most = 40 // as Linux has it
	for range most {
		if target, err := filepath.EvalSymlinks(path); err == nil {
			return target
		}
		target, err := os.Readlink(path)
		if err != nil {
			return path
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return path
}
