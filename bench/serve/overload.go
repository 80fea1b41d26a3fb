package main

import (
	"bytes"
	"fmt"
	"net/http"
	"time"
)

// overload requests ten times what the service can do, at times that do not depend on its answers. The requests have some hundred
// rows, so that the load generator, which shares the machine, has enough processor time to send so many.
func overload(o *options) error {
	p, err := o.launch("gaussflow")
	if err != nil {
		return err
	}
	defer p.end()
	const rows = 500
	var requests [][]byte
	for all := jsonRows(16 * rows); len(all) > 0; all = all[rows:] {
		body := append(append([]byte{'['}, bytes.Join(all[:rows], []byte{','})...), ']')
		requests = append(requests, post(p.addr, scorePath, "application/json", body))
	}
	calm := min(o.time, 10*time.Second)
	warm := closed(o.ctx, p.addr, o.connections, calm, requests)
	normal := closed(o.ctx, p.addr, o.connections, calm, requests)
	if len(warm.failed)+len(normal.failed) > 0 {
		return fmt.Errorf("%v %v", warm.failed, normal.failed)
	}
	can := normal.rate(http.StatusOK)
	before, err := memoryNow(p.cmd.Process.Pid)
	if err != nil {
		return err
	}
	over := open(o.ctx, p.addr, 10*o.connections, o.time, 10*can, requests)
	during, err := memoryNow(p.cmd.Process.Pid)
	if err != nil {
		return err
	}
	after := closed(o.ctx, p.addr, o.connections, calm, requests)
	fmt.Printf("%d rows a request, %d connections, for %v; ten times what it can, from %d connections, for %v\n", rows, o.connections, calm, 10*o.connections, o.time)
	fmt.Println("| | requests/s sent | answered/s | p50 | p99 | turned away/s | p99 of these | broken |\n|---|---|---|---|---|---|---|---|")
	for _, r := range []struct {
		name string
		*result
	}{{"as many as it can", normal}, {"ten times", over}, {"after", after}} {
		fmt.Printf("| %s | %.0f | %.0f | %v | %v | %.0f | %v | %d |\n", r.name, float64(r.requests)/r.seconds, r.rate(200), r.quantile(200, 0.5), r.quantile(200, 0.99),
			r.rate(503), r.quantile(503, 0.99), len(r.failed))
	}
	fmt.Printf("p99 of what it does is %.2f times the normal one (want ≤ 2); resident memory %d MB before, %d MB at the end\n",
		over.quantile(200, 0.99).Seconds()/normal.quantile(200, 0.99).Seconds(), before, during)
	return nil
}
