package drift

// AUC, NormalOf and Ranks are exported for tests that compare them with other formulas.
var (
	AUC      = auc
	NormalOf = normalOf
	Ranks    = func(values []float64) []float64 { return rankingOf(values).shares(len(values)) }
)

// Pearson is the statistic T of a category in two tables.
func Pearson(a, b []float64, levels int) (t float64) {
	k := newBasis(len(a) + len(b))
	k.addLevels(append(append([]float64(nil), a...), b...), levels)
	n, m := float64(len(a)), float64(len(b))
	for _, f := range k.of {
		sum := 0.0
		for _, v := range f[:len(a)] {
			sum += v
		}
		t += sum * sum / (n * m / (n + m - 1))
	}
	return t
}
