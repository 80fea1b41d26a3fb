package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/tabular"
)

// outcome is the result of one fit on rows it has not seen.
type outcome struct {
	auc     float64 // ROC-AUC of −log p
	near    float64 // ROC-AUC of the oddness by log p and the nearest row, see tabular.Neighbours
	median  float64 // log p of normal rows, per unit volume of the standardized columns
	seconds float64 // duration of the fit
}

// evaluate runs the one-class protocol: the rows are shuffled with seed; half of the normal ones are for training, and
// the last tenth of these for validation; the other half and all anomalies are scored. Labels determine this division and
// nothing else.
func evaluate(ctx context.Context, t *table, seed uint64, c tabular.Config) (outcome, error) {
	var normal, anomalies []int
	for _, i := range rand.New(rand.NewPCG(seed, 0)).Perm(len(t.anomaly)) {
		if t.anomaly[i] {
			anomalies = append(anomalies, i)
		} else {
			normal = append(normal, i)
		}
	}
	half := len(normal) / 2
	fitted := half * 9 / 10
	_, d := t.x.Dims()
	names := make([]string, d)
	for j := range names {
		names[j] = fmt.Sprintf("x%d", j)
	}
	c.Seed, c.Validation = seed, pick(t.x, normal[fitted:half])
	m, err := tabular.Fit(ctx, names, pick(t.x, normal[:fitted]), c)
	if err != nil {
		return outcome{}, err
	}
	lpNormal, err := m.LogProb(pick(t.x, normal[half:]))
	if err != nil {
		return outcome{}, err
	}
	lpAnomalies, err := m.LogProb(pick(t.x, anomalies))
	if err != nil {
		return outcome{}, err
	}
	near, err := nearAUC(m, t, normal, anomalies, lpNormal, lpAnomalies)
	if err != nil {
		return outcome{}, err
	}
	return outcome{rocAUC(lpNormal, lpAnomalies), near, median(lpNormal) + logVolume(m), m.Training.Seconds}, nil
}

// nearAUC is the ROC-AUC of the oddness of anomalies and of the second half of the normal rows, whose log p is known, beside the first
// half.
func nearAUC(m *tabular.Model, t *table, normal, anomalies []int, lpNormal, lpAnomalies []float64) (float64, error) {
	half := len(normal) - len(lpNormal)
	k, err := tabular.NewNeighbours(m, read(m, pick(t.x, normal[:half])))
	if err != nil {
		return 0, err
	}
	usual, err := k.OddnessOf(read(m, pick(t.x, normal[half:])), lpNormal)
	if err != nil {
		return 0, err
	}
	odd, err := k.OddnessOf(read(m, pick(t.x, anomalies)), lpAnomalies)
	if err != nil {
		return 0, err
	}
	return rocAUC(odd, usual), nil // the odder a row, the less it is like a normal one
}

// read are the columns of x that the model reads, those that it has not dropped.
func read(m *tabular.Model, x *mat.Dense) *mat.Dense {
	n, _ := x.Dims()
	out := mat.NewDense(n, len(m.Reads()), nil)
	k := 0
	for j, c := range m.Columns {
		if !c.Dropped {
			out.SetCol(k, mat.Col(nil, j, x))
			k++
		}
	}
	return out
}

// logVolume is Σ log σ of the kept columns: the difference between log p in standardized units and in the table's.
func logVolume(m *tabular.Model) (sum float64) {
	for _, c := range m.Columns {
		if !c.Dropped {
			sum += math.Log(c.Std)
		}
	}
	return sum
}

func pick(x *mat.Dense, rows []int) *mat.Dense {
	_, d := x.Dims()
	out := mat.NewDense(len(rows), d, nil)
	for k, i := range rows {
		out.SetRow(k, x.RawRowView(i))
	}
	return out
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// rocAUC is the probability that an anomaly is less likely than a normal row, with ties counted half: Mann & Whitney's
// U.
func rocAUC(normal, anomalies []float64) float64 {
	type scored struct {
		logProb float64
		normal  bool
	}
	var all []scored
	for _, lp := range normal {
		all = append(all, scored{lp, true})
	}
	for _, lp := range anomalies {
		all = append(all, scored{lp, false})
	}
	slices.SortFunc(all, func(a, b scored) int { return cmp.Compare(a.logProb, b.logProb) })
	ranks := 0.0 // sum of the ranks of the normal rows, from 1
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].logProb == all[i].logProb {
			j++
		}
		for _, s := range all[i:j] {
			if s.normal {
				ranks += float64(i+j+1) / 2
			}
		}
		i = j
	}
	n := float64(len(normal))
	return (ranks - n*(n+1)/2) / (n * float64(len(anomalies)))
}
