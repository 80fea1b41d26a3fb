// Checkreport reads a report.json of cmd/demo and fails unless the theorem holds in it and the flow has learnt.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

type spread struct{ Median, P95, Max float64 }

type report struct {
	CouplingInit struct {
		Train float64 `json:"train_mean_log_prob"`
	} `json:"coupling_init"`
	CouplingTrained struct {
		Train float64 `json:"train_mean_log_prob"`
	} `json:"coupling_trained"`
	Equivalence struct {
		AtInit struct {
			Push     spread `json:"push"`
			LogProb  spread `json:"log_prob"`
			RBIGPush spread `json:"rbig_push"`
		} `json:"at_init"`
		AfterTraining struct {
			Push spread `json:"push"`
		} `json:"after_training"`
	} `json:"equivalence"`
	RoundTrip struct {
		CouplingInit    spread `json:"coupling_init"`
		CouplingTrained spread `json:"coupling_trained"`
	} `json:"round_trip"`
}

func main() {
	var r report
	b, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	at := r.Equivalence.AtInit
	failed := false
	for _, c := range []struct {
		what string
		ok   bool
	}{
		{"‖Δz‖ at the warm start ≤ 1e-10", at.Push.Max <= 1e-10},
		{"|Δ log p| at the warm start ≤ 1e-10", at.LogProb.Max <= 1e-10},
		{"distance to plain RBIG ≤ 1e-10", at.RBIGPush.Max <= 1e-10},
		{"training breaks the equality", r.Equivalence.AfterTraining.Push.Median > 1e-3},
		{"training raises the likelihood", r.CouplingTrained.Train > r.CouplingInit.Train+0.1},
		{"round trip at the warm start ≤ 1e-11", r.RoundTrip.CouplingInit.Max <= 1e-11},
		{"round trip after training ≤ 1e-8", r.RoundTrip.CouplingTrained.Max <= 1e-8},
	} {
		if !c.ok {
			failed = true
		}
		fmt.Printf("%-40s %v\n", c.what, c.ok)
	}
	if failed {
		os.Exit(1)
	}
}
