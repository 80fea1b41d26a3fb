package main

import (
	"errors"
	"slices"

	"gonum.org/v1/gonum/integrate"
	"gonum.org/v1/gonum/stat"
)

// ranking measures how well −log p finds anomalies.
type ranking struct {
	Anomalies        int     `json:"anomalies"`
	ROCAUC           float64 `json:"roc_auc"`
	AveragePrecision float64 `json:"average_precision"`
}

// newRanking treats rows with equal log p together, as one step of either curve:
//
//	average precision = Σₖ (recallₖ − recallₖ₋₁) · precisionₖ   over the steps k, the unlikeliest rows first
func newRanking(logProb []float64, anomaly []bool) (*ranking, error) {
	score := make([]float64, len(logProb))
	for i, lp := range logProb {
		score[i] = -lp
	}
	class := slices.Clone(anomaly)
	stat.SortWeightedLabeled(score, class, nil)
	positives := 0
	for _, a := range class {
		if a {
			positives++
		}
	}
	negatives := len(class) - positives
	if positives == 0 || negatives == 0 {
		return nil, errors.New("is the same for all rows, want 0 for some and not 0 for others")
	}
	truePositive, falsePositive, _ := stat.ROC(nil, score, class, nil)
	r := &ranking{Anomalies: positives, ROCAUC: integrate.Trapezoidal(falsePositive, truePositive)}
	for k := 1; k < len(truePositive); k++ {
		found, wrong := truePositive[k]*float64(positives), falsePositive[k]*float64(negatives)
		r.AveragePrecision += (truePositive[k] - truePositive[k-1]) * found / (found + wrong)
	}
	return r, nil
}
