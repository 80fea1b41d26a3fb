package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// swap replaces the model's file repeatedly while single rows are scored: each answer must be one model's or the other's, byte for
// byte.
func swap(o *options) error {
	p, err := o.launch("gaussflow")
	if err != nil {
		return err
	}
	defer p.end()
	other := filepath.Join(o.dir, "other.gflow")
	if err = writeModel(other, 0.01); err != nil {
		return err
	}
	var files [2][]byte
	for i, path := range []string{o.model, other} {
		if files[i], err = os.ReadFile(path); err != nil {
			return err
		}
	}
	request := post(p.addr, scorePath, "application/json", jsonRows(1)[0])
	c, err := dial(p.addr)
	if err != nil {
		return err
	}
	defer c.conn.Close()
	var answers [2]string
	for i := range files {
		for began := time.Now(); ; { // until the answer has changed
			if status, err := c.do(request); err != nil || status != http.StatusOK {
				return fmt.Errorf("status %d, %w", status, err)
			}
			if answers[i] = string(c.body); i == 0 || answers[1] != answers[0] {
				break
			}
			if time.Since(began) > time.Minute {
				return fmt.Errorf("the other model is not served: %s", answers[1])
			}
		}
		if err = o.replace(files[1]); err != nil {
			return err
		}
	}
	ctx, stop := context.WithCancel(o.ctx)
	var seen [2]atomic.Int64
	var swapping sync.WaitGroup
	var failed error
	swaps := 0
	swapping.Go(func() {
		defer stop()
		for ; swaps < o.swaps && ctx.Err() == nil; swaps++ {
			at := swaps % 2
			if failed = o.replace(files[at]); failed != nil {
				return
			}
			for before := seen[at].Load(); seen[at].Load() == before && ctx.Err() == nil; {
				time.Sleep(time.Millisecond)
			}
		}
	})
	r := load(o.connections, func(_ int, c *client, r *result) error {
		for ctx.Err() == nil {
			if err := timed(c, r, request, time.Now()); err != nil {
				return err
			}
			switch string(c.body) {
			case answers[0]:
				seen[0].Add(1)
			case answers[1]:
				seen[1].Add(1)
			default:
				return fmt.Errorf("the answer is neither model's: %s", c.body)
			}
		}
		return nil
	}, p.addr)
	swapping.Wait()
	fmt.Printf("%d swaps while %d requests came: %d answers of the one model, %d of the other, %d of neither or failed (want 0); p99 %v\n",
		swaps, r.requests, seen[0].Load(), seen[1].Load(), r.requests-int(seen[0].Load()+seen[1].Load())+len(r.failed), r.quantile(200, 0.99))
	if failed == nil && len(r.failed) > 0 {
		failed = r.failed[0]
	}
	return failed
}

// replace replaces the model's file by content.
func (o *options) replace(content []byte) error {
	beside := o.model + ".new"
	if err := os.WriteFile(beside, content, 0o600); err != nil {
		return err
	}
	return os.Rename(beside, o.model)
}
