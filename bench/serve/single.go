package main

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
)

const scorePath = "/v1/models/tabular/score"

// start measures the time from the start of a process to its first answer.
func start(o *options) error {
	var times []float64
	for range max(o.rounds, 5) {
		p, err := o.launch("gaussflow")
		if err != nil {
			return err
		}
		times = append(times, p.ready.Seconds()*1e3)
		if err = p.end(); err != nil {
			return err
		}
	}
	slices.Sort(times)
	fmt.Printf("start to ready: median %.0f ms, least %.0f, most %.0f (want ≤ 50)\n", times[len(times)/2], times[0], times[len(times)-1])
	return nil
}

// single scores single rows; the servers take turns.
func single(o *options) error {
	servers, err := o.contestants()
	defer func() {
		for _, p := range servers {
			_ = p.end()
		}
	}()
	if err != nil {
		return err
	}
	rows := jsonRows(1024)
	rates, middles, tails := make([][]float64, len(servers)), make([][]float64, len(servers)), make([][]float64, len(servers))
	for range o.rounds {
		for i, p := range servers {
			requests := make([][]byte, len(rows))
			for k, row := range rows {
				requests[k] = post(p.addr, scorePath, "application/json", row)
			}
			r := closed(o.ctx, p.addr, o.connections, o.time, requests)
			if len(r.failed) > 0 || len(r.times[http.StatusOK]) != r.requests {
				return fmt.Errorf("%s: of %d requests %d succeeded: %w", p.name, r.requests, len(r.times[http.StatusOK]), errors.Join(r.failed...))
			}
			rates[i] = append(rates[i], r.rate(http.StatusOK))
			middles[i] = append(middles[i], r.quantile(http.StatusOK, 0.5).Seconds()*1e3)
			tails[i] = append(tails[i], r.quantile(http.StatusOK, 0.99).Seconds()*1e3)
		}
	}
	fmt.Printf("%d connections, a row each request, %d rounds of %v in turns; medians of the rounds\n", o.connections, o.rounds, o.time)
	fmt.Println("| server | requests/s | gaussflow is | p50, ms | p99, ms | start to ready |\n|---|---|---|---|---|---|")
	for i, p := range servers {
		ratios := make([]float64, o.rounds)
		for k := range ratios {
			ratios[k] = rates[0][k] / rates[i][k]
		}
		fmt.Printf("| %s | %.0f | %.2f× | %.2f | %.2f | %.0f ms |\n", p.name, median(rates[i]), median(ratios), median(middles[i]), median(tails[i]), p.ready.Seconds()*1e3)
	}
	return nil
}

// contestants starts the servers, ours first.
func (o *options) contestants() (servers []*process, err error) {
	for _, kind := range []string{"gaussflow", "parse"} {
		p, err := o.launch(kind)
		if err != nil {
			return servers, err
		}
		servers = append(servers, p)
	}
	if o.python == "" {
		return servers, nil
	}
	for _, script := range []string{"torch_service.py", "sklearn_service.py"} {
		p, err := o.begin(script, "/readyz", o.python, filepath.Join("bench", "serve", "peers", script))
		if err != nil {
			return servers, err
		}
		servers = append(servers, p)
	}
	return servers, nil
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}
