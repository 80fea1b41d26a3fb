package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

// hostile runs malicious clients, and checks what they leave behind.
func hostile(o *options) error {
	p, err := o.launch("gaussflow")
	if err != nil {
		return err
	}
	defer p.end()
	before, err := o.left(p)
	if err != nil {
		return err
	}
	began := time.Now()
	slow, err := o.slowClients(p, 1000)
	if err != nil {
		return err
	}
	fmt.Printf("1000 clients that send a byte a second: all cut off after %v, %s; single rows meanwhile: p99 %v\n", time.Since(began).Round(time.Second), slow.said, slow.p99)
	codes := map[int]int{}
	if err = o.malformed(p, 100_000, codes); err != nil {
		return err
	}
	fmt.Printf("100,000 malformed bodies of four kinds: answers by status %v (want none of 500)\n", codes)
	code, took, err := o.bomb(p)
	if err != nil {
		return err
	}
	peak, err := peakMemory(p.cmd.Process.Pid)
	if err != nil {
		return err
	}
	fmt.Printf("a gigabyte of zeros in gzip: %d after %v; peak resident memory %d MB\n", code, took.Round(time.Millisecond), peak)
	after := before
	for range 100 { // wait until idle connections have been closed
		if after, err = o.left(p); err != nil {
			return err
		}
		if after.goroutines <= before.goroutines+2 && after.descriptors <= before.descriptors+2 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	fmt.Printf("goroutines %d before, %d after; descriptors %d before, %d after\n", before.goroutines, after.goroutines, before.descriptors, after.descriptors)
	if codes[500] > 0 || code == 500 {
		return errors.New("an answer was 500")
	}
	return nil
}

// leftovers are the resources that a process holds.
type leftovers struct{ goroutines, descriptors int }

func (o *options) left(p *process) (l leftovers, err error) {
	answer, err := http.Get("http://" + p.addr + "/metrics")
	if err != nil {
		return l, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return l, err
	}
	_, rest, _ := strings.Cut(string(text), "\ngo_goroutines ")
	if l.goroutines, err = strconv.Atoi(strings.Fields(rest)[0]); err != nil {
		return l, err
	}
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid))
	l.descriptors = len(files)
	return l, err
}

// crowd counts what became of slow clients, and of other clients meanwhile.
type crowd struct {
	said string
	p99  time.Duration
}

// slowClients send a request byte by byte, half of them in the header and half in the body, until they are cut off.
func (o *options) slowClients(p *process, n int) (crowd, error) {
	request := post(p.addr, scorePath, "application/json", jsonRows(1)[0])
	header := bytes.Index(request, []byte("\r\n\r\n")) + 4
	var running sync.WaitGroup
	var mu sync.Mutex
	said := map[string]int{}
	for i := range n {
		running.Go(func() {
			at := 1
			if i%2 == 1 {
				at = header + 1
			}
			end := crawl(p.addr, request, at)
			mu.Lock()
			defer mu.Unlock()
			said[end]++
		})
	}
	rows := jsonRows(64)
	for i, row := range rows {
		rows[i] = post(p.addr, scorePath, "application/json", row)
	}
	r := closed(o.ctx, p.addr, 4, 3*time.Second, rows)
	running.Wait()
	if len(r.failed) > 0 {
		return crowd{}, errors.Join(r.failed...)
	}
	return crowd{fmt.Sprint(said), r.quantile(200, 0.99)}, nil
}

// crawl sends everything before at, then a byte a second, and returns how it ended.
func crawl(addr string, request []byte, at int) string {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err.Error()
	}
	defer conn.Close()
	ended := make(chan string, 1)
	go func() {
		answer, _ := io.ReadAll(conn) // ends when the connection is cut off
		switch line, _, _ := strings.Cut(string(answer), "\r\n"); {
		case line == "":
			ended <- "closed"
		default:
			ended <- line
		}
	}()
	if _, err = conn.Write(request[:at]); err != nil {
		return err.Error()
	}
	for ; at < len(request)-1; at++ {
		select {
		case end := <-ended:
			return end
		case <-time.After(time.Second):
		}
		if _, err = conn.Write(request[at : at+1]); err != nil {
			return <-ended
		}
	}
	return "served"
}

// malformed sends valid bodies with some bytes changed, and counts the answers by status.
func (o *options) malformed(p *process, n int, codes map[int]int) error {
	rng := rand.New(rand.NewPCG(1, 2))
	rows := jsonRows(4)
	bodies := []struct{ contentType, text string }{
		{"application/json", string(rows[0])},
		{"application/json", "[" + string(bytes.Join(rows, []byte(","))) + "]"},
		{"application/x-ndjson", string(bytes.Join(rows, []byte("\n")))},
		{"text/csv", "x1,x2,x3,x4,x5,x6\n1,2,3,4,5,6\n\"1\",2,3,4,5,6\n"},
	}
	for i := range n {
		b := bodies[i%len(bodies)]
		body := []byte(b.text)
		for range 1 + rng.IntN(4) {
			body[rng.IntN(len(body))] = byte(rng.UintN(256))
		}
		body = body[:len(body)-rng.IntN(2)*rng.IntN(len(body))]
		answer, err := http.Post("http://"+p.addr+scorePath, b.contentType, bytes.NewReader(body))
		if err != nil {
			return fmt.Errorf("%q: %w", body, err)
		}
		_, err = io.Copy(io.Discard, answer.Body) // an answer that breaks off counts too
		answer.Body.Close()
		if codes[answer.StatusCode]++; err != nil {
			codes[-1]++
		}
		if answer.StatusCode == http.StatusInternalServerError {
			return fmt.Errorf("500 of %q as %s", body, b.contentType)
		}
	}
	return nil
}

// bomb sends a gigabyte of zeros compressed to a megabyte by gzip.
func (o *options) bomb(p *process) (code int, took time.Duration, err error) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	for zeros := make([]byte, 1<<20); packed.Len() < 1<<20; {
		if _, err = z.Write(zeros); err != nil {
			return 0, 0, err
		}
	}
	if err = z.Close(); err != nil {
		return 0, 0, err
	}
	r, err := http.NewRequest(http.MethodPost, "http://"+p.addr+scorePath, &packed)
	if err != nil {
		return 0, 0, err
	}
	r.Header.Set("Content-Type", "text/csv")
	r.Header.Set("Content-Encoding", "gzip")
	began := time.Now()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, 0, err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body) // only its status matters
	return answer.StatusCode, time.Since(began), nil
}
