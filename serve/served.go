package serve

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gonum.org/v1/gonum/mat"
)

// served is a name with the model that is currently served under it.
type served struct {
	name, path string
	load       func(path string) (Model, error)
	limits     *Limits
	now        atomic.Pointer[version]
	mu         sync.Mutex // one reload at a time

	watching sync.Mutex
	refused  fs.FileInfo // the file that was refused last, so that it is not read again
}

// A version is a model as read from one state of its file. A request keeps the version with which it began.
type version struct {
	Model
	digest                    string      // checksum of the file
	file                      fs.FileInfo // the file's information from before it was read
	loaded                    time.Time
	batcher                   *batcher
	score, transform, inverse *question
	header                    []string   // the header of answers: the digest
	one                       *rowWriter // for the answer to a single row, which has no text columns, so that it can be shared
	parsers                   sync.Pool  // of *rowParser for score
}

// say puts the version into the header of an answer.
func (v *version) say(w http.ResponseWriter) { w.Header()["Gaussflow-Model"] = v.header }

// read loads the file and tries the model.
func (m *served) read() (*version, error) {
	file, err := fileAt(m.path)
	if err != nil {
		return nil, err
	}
	before, err := digestOf(m.path)
	if err != nil {
		return nil, err
	}
	model, err := m.load(m.path)
	if err != nil {
		return nil, err
	}
	if err = try(model); err != nil {
		return nil, fmt.Errorf("%s: the model was tried: %w", m.path, err)
	}
	after, err := digestOf(m.path)
	if err != nil {
		return nil, err
	}
	if before != after {
		return nil, fmt.Errorf("%s: the file changed while it was read", m.path)
	}
	v := &version{Model: model, digest: after, file: file, loaded: time.Now(), header: []string{after},
		batcher: newBatcher(model, together, runtime.GOMAXPROCS(0)),
		score:   scoreOf(model), transform: transformOf(model), inverse: inverseOf(model)}
	v.one = newRowWriter(asJSON, true, v.score)
	v.parsers.New = func() any { return newRowParser(v.score, m.limits) }
	return v, nil
}

// try makes a model draw rows and score them, which also compiles what the first requests need.
func try(m Model) error {
	var given []float64
	for _, c := range m.Reads() {
		if c.Given {
			given = append(given, 0)
		}
	}
	drawn, err := m.Sample(together, given, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		return err
	}
	place := map[string]int{}
	for j, c := range m.Writes() {
		place[c.Name] = j
	}
	x := mat.NewDense(together, len(m.Reads()), nil)
	for j, c := range m.Reads() {
		from, ok := place[c.Name]
		if !ok {
			return fmt.Errorf("it reads a column %q that it does not write", c.Name)
		}
		x.SetCol(j, mat.Col(nil, from, drawn))
	}
	_, _, _, err = m.Score(x)
	return err
}

// fileAt is the file's information, by which a new file is recognized without being read. Symbolic links to symbolic links, with
// which Kubernetes mounts files, are followed.
func fileAt(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: errors.New("is no file")}
	}
	return info, err
}

// sameFile reports whether the file was neither written to nor replaced.
func sameFile(a, b fs.FileInfo) bool {
	return a != nil && b != nil && os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

func digestOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err = io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// Reload reads the file of a model again and, if it is a model with the same columns, serves it from the next request on. It
// reports whether there was a new model; on an error the old one stays.
func (s *Server) Reload(name string) (changed bool, err error) {
	if s == nil || s.models[name] == nil {
		return false, fmt.Errorf("serve: Reload: there is no model %.100q", name)
	}
	m := s.models[name]
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.now.Load()
	v, err := m.read()
	if err == nil {
		err = alike(old, v)
	}
	s.metrics.loaded(name, err)
	switch {
	case err != nil:
		s.log.Error("a new file of a model is refused, the old one goes on", "model", name, "file", m.path, "failure", err)
		return false, err
	case v.digest == old.digest: // same content, written again or touched: store the new file information, so that Watch need not read it again
		m.now.Store(v)
		return false, nil
	}
	m.now.Store(v)
	s.log.Info("a new file of a model is served", "model", name, "file", m.path, "digest", v.digest, "before", old.digest)
	return true, nil
}

// alike requires that a new version reads and writes the same columns as the old one, because clients know them.
func alike(old, v *version) error {
	same := func(a, b Column) bool { return a.Name == b.Name && a.Text == b.Text && a.Given == b.Given }
	if !slices.EqualFunc(old.Reads(), v.Reads(), same) || !slices.EqualFunc(old.Writes(), v.Writes(), same) || old.Latents() != v.Latents() {
		return errors.New("its columns are others than those served: restart the service to serve it")
	}
	return nil
}

// Watch checks the files of the models at intervals until ctx is done, and reloads those that have changed. It compares size and
// time instead of using the system's notifications, because these do not work on network file systems, nor with the symbolic links
// by which Kubernetes changes a mounted file; and a check takes only microseconds.
func (s *Server) Watch(ctx context.Context, every time.Duration) {
	if s == nil || ctx == nil || every <= 0 {
		return
	}
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		for _, name := range s.names {
			s.look(name)
		}
	}
}

// look reloads a model whose file has changed since it was last read, whether it was accepted then or refused. If the file cannot
// be found it is being replaced, or has been removed; the model that is served stays.
func (s *Server) look(name string) {
	m := s.models[name]
	m.watching.Lock()
	defer m.watching.Unlock()
	file, err := fileAt(m.path)
	if err != nil || sameFile(file, m.now.Load().file) || sameFile(file, m.refused) {
		return
	}
	m.refused = nil
	if _, err = s.Reload(name); err != nil {
		m.refused = file
	}
}
