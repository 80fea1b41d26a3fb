package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"gaussflow/internal/defaults"
)

// A client is one connection that sends prepared requests one after the other. It parses no more of an answer than its status and
// length, because its processor time is taken from the servers.
type client struct {
	conn net.Conn
	in   *bufio.Reader
	body []byte
}

func dial(addr string) (*client, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, in: bufio.NewReaderSize(conn, 4<<10)}, nil
}

// do sends a request and returns the status of its answer; the body is then in c.body.
func (c *client) do(request []byte) (status int, err error) {
	if _, err = c.conn.Write(request); err != nil {
		return 0, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 {
		return 0, fmt.Errorf("the answer begins with %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, err
	}
	length := -1
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			break
		}
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		}
	}
	if length < 0 {
		return 0, errors.New("the answer has no Content-Length")
	}
	c.body = slices.Grow(c.body[:0], length)[:length]
	_, err = io.ReadFull(c.in, c.body)
	return status, err
}

// post is a request with a body.
func post(addr, path, contentType string, body []byte) []byte {
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", path, addr, contentType, len(body))
	return append([]byte(head), body...)
}

// jsonRows are rows of the shape's data as JSON objects.
func jsonRows(n int) [][]byte {
	x, names := shape.Data(n), defaults.Names("x", shape.Dim)
	all := make([][]byte, n)
	for i := range all {
		row := []byte{'{'}
		for j, name := range names {
			if j > 0 {
				row = append(row, ',')
			}
			row = strconv.AppendFloat(append(strconv.AppendQuote(row, name), ':'), x.At(i, j), 'g', 6, 64)
		}
		all[i] = append(row, '}')
	}
	return all
}

// A result is what a load has measured.
type result struct {
	requests int
	seconds  float64
	times    map[int][]time.Duration // of answers, by status
	failed   []error
}

func (r *result) rate(status int) float64 { return float64(len(r.times[status])) / r.seconds }

// quantile is the q-quantile of the times of answers with a status.
func (r *result) quantile(status int, q float64) time.Duration {
	t := r.times[status]
	if len(t) == 0 {
		return 0
	}
	slices.Sort(t)
	return t[min(len(t)-1, int(q*float64(len(t))))]
}

// closed lets each connection send its next request when it has the answer to the last one.
func closed(ctx context.Context, addr string, connections int, lasts time.Duration, requests [][]byte) *result {
	ctx, cancel := context.WithTimeout(ctx, lasts)
	defer cancel()
	return load(connections, func(i int, c *client, r *result) error {
		for k := i; ctx.Err() == nil; k += connections {
			if err := timed(c, r, requests[k%len(requests)], time.Now()); err != nil {
				return err
			}
		}
		return nil
	}, addr)
}

// open sends requests at times that do not depend on the answers, at a total rate. A connection that is late sends at once, and the
// time of the answer counts from when the request was due.
func open(ctx context.Context, addr string, connections int, lasts time.Duration, rate float64, requests [][]byte) *result {
	began := time.Now()
	every := time.Duration(float64(connections) / rate * float64(time.Second))
	return load(connections, func(i int, c *client, r *result) error {
		due := began.Add(every * time.Duration(i) / time.Duration(connections))
		for k := i; due.Sub(began) < lasts && ctx.Err() == nil; k += connections {
			if wait := time.Until(due); wait > 0 {
				time.Sleep(wait)
			}
			if err := timed(c, r, requests[k%len(requests)], time.Now()); err != nil {
				return err
			}
			if due = due.Add(every); time.Since(due) > lasts/10 { // too far behind: these requests are skipped
				due = time.Now()
			}
		}
		return nil
	}, addr)
}

func timed(c *client, r *result, request []byte, from time.Time) error {
	status, err := c.do(request)
	if err != nil {
		return err
	}
	r.times[status] = append(r.times[status], time.Since(from))
	return nil
}

// load runs connections concurrently.
func load(connections int, run func(i int, c *client, r *result) error, addr string) *result {
	began, parts := time.Now(), make([]result, connections)
	var running sync.WaitGroup
	for i := range connections {
		parts[i].times = map[int][]time.Duration{}
		running.Go(func() {
			c, err := dial(addr)
			if err == nil {
				defer c.conn.Close()
				err = run(i, c, &parts[i])
			}
			if err != nil {
				parts[i].failed = append(parts[i].failed, err)
			}
		})
	}
	running.Wait()
	all := &result{seconds: time.Since(began).Seconds(), times: map[int][]time.Duration{}}
	for i := range parts {
		for status, t := range parts[i].times {
			all.times[status] = append(all.times[status], t...)
			all.requests += len(t)
		}
		all.failed = append(all.failed, parts[i].failed...)
	}
	return all
}
