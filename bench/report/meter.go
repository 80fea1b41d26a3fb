package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"gaussflow/bench"
)

// A meter holds the settings of the measurements, and the peers that are running.
type meter struct {
	options
	lap      time.Duration
	cores    int
	shapes   []bench.Shape
	peers    map[string]*peer
	missing  map[string]error
	versions map[string]string

	environment []string // of the peers, in addition to ours
}

func newMeter(o options) *meter {
	m := &meter{options: o, lap: 100 * time.Millisecond, cores: runtime.GOMAXPROCS(0), shapes: bench.Shapes,
		peers: map[string]*peer{}, missing: map[string]error{}, versions: map[string]string{"go": runtime.Version()}}
	if o.quick {
		m.lap = 20 * time.Millisecond
	}
	if m.python == "" {
		m.python = "python3"
		if venv := filepath.Join(peersFolder, ".venv", "bin", "python"); exists(venv) {
			m.python = venv
		}
	}
	return m
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// wanted reports whether -only selects a case.
func (m *meter) wanted(section, name string) bool {
	return m.only.MatchString(section + "/" + name)
}

// ask sends a request to a peer of a kind. A peer that took too long with a shape is not asked about that shape again.
func (m *meter) ask(k kind, q request) (reply, error) {
	key := k.name() + "/" + q.Shape
	if err := m.missing[key]; err != nil {
		return reply{}, fmt.Errorf("not asked again: %w", err)
	}
	p, err := m.peer(k)
	if err != nil {
		return reply{}, err
	}
	r, err := p.ask(q, m.limit)
	if p.dead {
		m.missing[key] = err
	}
	return r, err
}

// peer is the running peer of a kind, which is started when it is first needed. If the start failed, later calls fail
// at once.
func (m *meter) peer(k kind) (*peer, error) {
	if err := m.missing[k.name()]; err != nil {
		return nil, err
	}
	if p := m.peers[k.name()]; p != nil {
		if !p.dead {
			return p, nil
		}
		p.close()
		delete(m.peers, k.name())
	}
	p, err := startPeer(m.command(k, "serve"), k)
	if err != nil {
		m.missing[k.name()] = fmt.Errorf("not available: %w", err)
		return nil, m.missing[k.name()]
	}
	m.peers[k.name()] = p
	for name, version := range p.versions {
		m.versions[name] = version
	}
	return p, nil
}

// command starts a peer's script. A relative path to Python is relative to the current folder.
func (m *meter) command(k kind, mode string) *exec.Cmd {
	python := m.python
	if strings.ContainsRune(python, filepath.Separator) {
		if absolute, err := filepath.Abs(python); err == nil {
			python = absolute
		}
	}
	c := exec.Command(python, k.arguments(mode)...)
	c.Dir, c.Env = peersFolder, append(os.Environ(), m.environment...)
	return c
}

func (m *meter) close() {
	for _, p := range m.peers {
		p.close()
	}
}

// settings are a kind with each number of threads, without repetitions: a kind whose default is all cores is not run with
// that number again.
func (m *meter) settings(k kind) (out []kind) {
	all := slices.Contains(m.threads, 0) && (k.greedy || !siblings())
	for _, n := range m.threads {
		if !all || n != runtime.NumCPU() {
			out = append(out, k.with(n))
		}
	}
	return out
}

// workers are the numbers of shards with which our steps are run.
func (m *meter) workers() []int {
	if m.cores == 1 {
		return []int{1}
	}
	return []int{1, m.cores}
}
