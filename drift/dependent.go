package drift

import (
	"cmp"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// mostDependent selects so many of the blocks, keeping their order: those whose first feature has the greatest squared correlation
// with another block's first feature in all rows.
func mostDependent(f *features, blocks []int, most int) []int {
	n, _ := f.x.Dims()
	first := mat.NewDense(n, len(blocks), nil)
	for to, b := range blocks {
		first.SetCol(to, mat.Col(nil, f.blocks[b].pair[0], f.x))
	}
	gram := mat.NewSymDense(len(blocks), nil)
	gram.SymOuterK(1/float64(n), first.T())
	strength := make([]float64, len(blocks))
	for i := range blocks {
		for j := range blocks {
			if i != j {
				strength[i] = max(strength[i], gram.At(i, j)*gram.At(i, j))
			}
		}
	}
	order := make([]int, len(blocks))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(strength[j], strength[i]) })
	chosen := make([]int, 0, most)
	for _, i := range order[:most] {
		chosen = append(chosen, blocks[i])
	}
	slices.Sort(chosen)
	return chosen
}
