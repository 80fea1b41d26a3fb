package main

import (
	"encoding/json"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// report is the content of report.json. A held-out figure is null if there are no held-out rows.
type report struct {
	Dtype           string       `json:"dtype"`
	Kernels         string       `json:"kernels"` // the instruction set that was used
	Data            dataReport   `json:"data"`
	Diagonal        flowReport   `json:"diagonal"`
	CouplingInit    flowReport   `json:"coupling_init"`
	CouplingTrained fitReport    `json:"coupling_trained"`
	Equivalence     equivalence  `json:"equivalence"`
	RoundTrip       roundTrips   `json:"round_trip"`
	Seconds         secondReport `json:"seconds"`
}

type dataReport struct {
	Rows        int `json:"rows"`
	Cols        int `json:"cols"`
	HeldoutRows int `json:"heldout_rows"`
}

type flowReport struct {
	Bijectors       int `json:"bijectors"`
	TrainableParams int `json:"trainable_params"`
	score
}

type score struct {
	Train   float64  `json:"train_mean_log_prob"`
	Heldout *float64 `json:"heldout_mean_log_prob"`
}

type fitReport struct {
	Recipe string `json:"recipe"`
	Epochs int    `json:"epochs"`
	score
	Loss              []float64 `json:"loss"`
	MaxAbsFinalKernel []float64 `json:"max_abs_final_kernel"`
}

type equivalence struct {
	AtInit struct {
		distances
		RBIGPush spread `json:"rbig_push"`
	} `json:"at_init"`
	AfterTraining distances `json:"after_training"`
}

// distances are the differences between the coupling flow and the diagonal one: ‖Δz‖₂ and |Δ log p| of each row.
type distances struct {
	Push    spread `json:"push"`
	LogProb spread `json:"log_prob"`
}

type roundTrips struct {
	Diagonal        spread `json:"diagonal"`
	CouplingInit    spread `json:"coupling_init"`
	CouplingTrained spread `json:"coupling_trained"`
}

type secondReport struct {
	IGDiagonal float64 `json:"ig_diagonal"`
	IGCoupling float64 `json:"ig_coupling"`
	Fit        float64 `json:"fit"`
	Total      float64 `json:"total"`
}

// spread summarizes non-negative numbers, one for each row.
type spread struct {
	Median float64 `json:"median"`
	P95    float64 `json:"p95"`
	Max    float64 `json:"max"`
}

func spreadOf(v []float64) spread {
	v = slices.Clone(v)
	slices.Sort(v)
	return spread{quantile(v, 0.5), quantile(v, 0.95), v[len(v)-1]}
}

// quantile is the p-quantile of sorted values, by linear interpolation.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := min(int(at), len(sorted)-2)
	if i < 0 {
		return sorted[0]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// rowDistances is ‖a_i − b_i‖₂ of each row.
func rowDistances(a, b *mat.Dense) []float64 {
	n, _ := a.Dims()
	out := make([]float64, n)
	for i := range out {
		sum := 0.0
		for j, v := range a.RawRowView(i) {
			d := v - b.At(i, j)
			sum += d * d
		}
		out[i] = math.Sqrt(sum)
	}
	return out
}

func absDifferences(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i, v := range a {
		out[i] = math.Abs(v - b[i])
	}
	return out
}

func (r report) write(path string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(path, append(b, '\n'))
}
