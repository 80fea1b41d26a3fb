package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// A peer is a process that answers requests, one JSON line each.
type peer struct {
	name     string
	command  *exec.Cmd
	in       io.WriteCloser
	pipe     io.Closer // the pipe that out reads
	out      *bufio.Reader
	dead     bool // it has been killed
	errors   *os.File
	versions map[string]string
}

// A request is a line sent to a peer; fields that a work does not need are omitted.
type request struct {
	Work       string `json:"work"`
	Shape      string `json:"shape,omitempty"`
	Iterations int    `json:"iterations,omitempty"`
	Path       string `json:"path,omitempty"` // path of stored rows or parameters
	Components int    `json:"components,omitempty"`
	M          int    `json:"m,omitempty"`
	N          int    `json:"n,omitempty"`
	K          int    `json:"k,omitempty"`
	TransA     bool   `json:"trans_a,omitempty"`
	TransB     bool   `json:"trans_b,omitempty"`
	Dtype      string `json:"dtype,omitempty"`
}

// A reply is a line from a peer.
type reply struct {
	Ready          bool              `json:"ready"`
	Versions       map[string]string `json:"versions"`
	Seconds        float64           `json:"seconds"`
	CompileSeconds float64           `json:"compile_seconds"`
	LogLikelihoods []float64         `json:"log_likelihoods"`
	Error          string            `json:"error"`
}

// startPeer starts a peer of a kind and waits until it is ready.
func startPeer(c *exec.Cmd, k kind) (*peer, error) {
	p := &peer{name: k.name(), command: c}
	var err error
	if p.errors, err = os.CreateTemp("", "peer-*.log"); err != nil {
		return nil, err
	}
	p.command.Stderr = p.errors
	if p.in, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.pipe, p.out = out, bufio.NewReader(out)
	if err := p.command.Start(); err != nil {
		p.removeLog()
		return nil, err
	}
	ready, err := p.read()
	if err == nil && !ready.Ready {
		err = errors.New("its first line does not say that it is ready")
	}
	if err != nil {
		p.close()
		return nil, err
	}
	p.versions = ready.Versions
	return p, nil
}

// ask sends a request and waits for the answer; an error of the peer is an error. A peer that takes longer than the
// limit is killed.
func (p *peer) ask(q request, limit time.Duration) (reply, error) {
	line, err := json.Marshal(q)
	if err != nil {
		return reply{}, err
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return reply{}, fmt.Errorf("%s: %w", p.name, err)
	}
	late := time.AfterFunc(limit, func() {
		p.command.Process.Kill() // it may have ended already
		p.pipe.Close()           // a process that it started may hold the other end open
	})
	r, err := p.read()
	if !late.Stop() {
		p.dead = true
		return r, fmt.Errorf("%s: no answer within %v", p.name, limit)
	}
	settle(p.command.Process.Pid)
	return r, err
}

func (p *peer) read() (r reply, err error) {
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return r, fmt.Errorf("%s ended: %s", p.name, p.lastWords())
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return r, fmt.Errorf("%s: %w", p.name, err)
	}
	if r.Error != "" {
		return r, fmt.Errorf("%s: %s", p.name, r.Error)
	}
	return r, nil
}

// lastWords is the last line that the peer wrote to its standard error.
func (p *peer) lastWords() string {
	text, err := os.ReadFile(p.errors.Name())
	if err != nil {
		return err.Error()
	}
	return lastLine(string(text))
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// close closes the peer's input, which ends the peer.
func (p *peer) close() {
	p.in.Close()
	p.command.Wait() // its exit status no longer matters
	p.removeLog()
}

func (p *peer) removeLog() {
	p.errors.Close()
	os.Remove(p.errors.Name())
}
