package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"time"

	"gaussflow/serve"
)

// child is a server; it prints its address when it is listening, and ends when its input ends.
func child(kind, model string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	if kind == "parse" {
		fmt.Println(l.Addr())
		go func() {
			<-ctx.Done()
			l.Close()
		}()
		if err = http.Serve(l, http.HandlerFunc(parse)); errors.Is(err, net.ErrClosed) {
			return nil
		}
		return err
	}
	s, err := serve.New(serve.Config{Models: map[string]string{"tabular": model}, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		return err
	}
	go s.Watch(ctx, 5*time.Millisecond)
	fmt.Println(l.Addr())
	return s.Run(ctx, l, nil, 10*time.Second)
}

// row is what parse reads, as one would usually write it.
type row struct {
	X1 float64 `json:"x1"`
	X2 float64 `json:"x2"`
	X3 float64 `json:"x3"`
	X4 float64 `json:"x4"`
	X5 float64 `json:"x5"`
	X6 float64 `json:"x6"`
}

// parse only reads the JSON, and answers with a constant.
func parse(w http.ResponseWriter, r *http.Request) {
	var v row
	if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"log_prob":-8.123456954956055,"tail_probability":0.25}`+"\n") // the client may have gone
}

// A process is a running server.
type process struct {
	name  string
	addr  string
	cmd   *exec.Cmd
	stdin io.Closer
	ready time.Duration // from its start until it answers
}

// launch starts this program as a server.
func (o *options) launch(kind string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return o.begin(kind, "/readyz", self, "-child", kind, o.model)
}

// begin starts a server that prints its address, and waits until it answers.
func (o *options) begin(name, ready, program string, args ...string) (*process, error) {
	p := &process{name: name, cmd: exec.CommandContext(o.ctx, program, args...)}
	p.cmd.Stderr = io.Discard
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err = p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s printed no address: %w", name, err), p.cmd.Wait())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	p.addr = strings.TrimSpace(line)
	for {
		answer, err := http.Get("http://" + p.addr + ready)
		if err == nil {
			answer.Body.Close()
			p.ready = time.Since(began)
			return p, nil
		}
		if time.Since(began) > time.Minute {
			return nil, errors.Join(fmt.Errorf("%s does not answer: %w", name, err), p.end())
		}
		time.Sleep(time.Millisecond)
	}
}

// end stops a server and returns the error with which it ended.
func (p *process) end() error {
	p.stdin.Close()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	_ = p.cmd.Wait() // ended by an interrupt
	return nil
}
