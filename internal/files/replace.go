// Package files is how the library and its tools handle a user's files: new content replaces old content as a whole or not
// at all (Replacement), temporary files of killed processes are removed (Sweep), and different paths to the same file are
// recognized (Distinct).
package files

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A Replacement is new content for a path. It is written to a temporary file in the same folder; Commit renames that to the
// path, so that whoever opens the path, even after a crash at any moment, finds either all of the old content or all of the
// new. A pipe or a device has no content to preserve and is written directly.
type Replacement struct {
	Handle
	path   string
	lock   io.Closer // tells Sweep that the writer is alive
	direct bool
	ended  bool
}

// New begins a replacement. A link is followed. An existing file keeps its permissions, also while it is written. The user
// must have permission to write it, which is checked because a rename would need only permission for the folder. A folder is
// an error.
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

// create makes and locks the temporary file; info describes the file to replace, nil if there is none.
func create(path string, info fs.FileInfo) (*Replacement, error) {
	perm := fs.FileMode(0o666) // reduced by the umask
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
		if r.lock, alive = lock(h.Name()); !alive { // another process's sweep has claimed it
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

// inFolder words an error about a temporary file for the user, who does not know of that file.
func inFolder(path string, err error) error {
	var e *fs.PathError
	if !errors.As(err, &e) {
		return err
	}
	return &fs.PathError{Op: "create a file in", Path: filepath.Dir(path), Err: e.Err}
}

// Direct reports whether the path is a pipe or a device, which is written directly and cannot be read back.
func (r *Replacement) Direct() bool { return r.direct }

// Commit completes the replacement. If it returns an error, the path holds what it held before, unless the error is that
// of the last step, syncing the folder.
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

// Discard abandons the replacement and removes what was written; after Commit it does nothing.
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
		_ = r.lock.Close() // nothing was written through the lock's handle
	}
}

// Replace does New, write and Commit.
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

// Check reports whether Replace could write to the path now, without changing anything, so that a command can find out
// before it works.
func Check(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil // opening a pipe would wait for its reader
	}
	r, err := New(path)
	if err != nil {
		return err
	}
	return r.Discard()
}

// resolve follows links, also to a file that does not exist yet.
func resolve(path string) string {
	const most = 40 // as in Linux
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
