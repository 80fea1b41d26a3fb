package layers

import (
	"fmt"
	"slices"
)

// An Autoregression says what the conditioner of an Autoregressive layer may make each number of θ depend on: the numbers for the
// column at place p of the order depend only on the columns at earlier places and on the context.
type Autoregression struct {
	Order   []int // a permutation of the columns
	Parts   []int // sizes of the transform's parts: θ has Parts[0] numbers for each column, then Parts[1] for each, and so on
	Context int   // numbers of context a row, which the conditioner reads after the columns
}

// Validate reports an Order that is no permutation, Parts that are not positive, or a negative Context.
func (a Autoregression) Validate() error {
	d := len(a.Order)
	switch sorted := slices.Sorted(slices.Values(a.Order)); {
	case d == 0 || sorted[0] != 0 || sorted[d-1] != d-1 || len(slices.Compact(sorted)) != d:
		return fmt.Errorf("Order = %v, want each column from 0 on once", a.Order)
	case d > maxDim:
		return fmt.Errorf("%d columns, want at most %d", d, maxDim)
	case len(a.Parts) == 0 || slices.Min(a.Parts) < 1 || slices.Max(a.Parts) > maxNumbers:
		return fmt.Errorf("Parts = %v, want the sizes of a transform's parts", a.Parts)
	case a.Context < 0 || a.Context > maxDim:
		return fmt.Errorf("Context = %d, want 0 to %d", a.Context, maxDim)
	}
	numbers := 0.0
	for _, size := range a.Parts {
		numbers += float64(d) * float64(size)
	}
	if numbers > maxNumbers {
		return fmt.Errorf("%d columns of Parts = %v, want at most %d numbers", d, a.Parts, maxNumbers)
	}
	return nil
}

// clone is a in slices of its own.
func (a Autoregression) clone() Autoregression {
	return Autoregression{slices.Clone(a.Order), slices.Clone(a.Parts), a.Context}
}

func (a Autoregression) equal(b Autoregression) bool {
	return slices.Equal(a.Order, b.Order) && slices.Equal(a.Parts, b.Parts) && a.Context == b.Context
}

// widths are how many numbers the conditioner reads and how many it outputs.
func (a Autoregression) widths() (in, out int) {
	for _, size := range a.Parts {
		out += len(a.Order) * size
	}
	return len(a.Order) + a.Context, out
}

// The degree of a number is how many of the first columns of the order it may depend on. Context has degree 0. The column at
// place p, counted from 0, has degree p + 1; its parameters have degree p, since they must not depend on that column itself.

// known lists the degrees of the conditioner's inputs.
func (a Autoregression) known() []int {
	degrees := make([]int, len(a.Order)+a.Context)
	for place, j := range a.Order {
		degrees[j] = place + 1
	}
	return degrees
}

// theta lists the degrees of θ.
func (a Autoregression) theta() (degrees []int) {
	places := make([]int, len(a.Order))
	for place, j := range a.Order {
		places[j] = place
	}
	for _, size := range a.Parts {
		for _, place := range places {
			degrees = append(degrees, slices.Repeat([]int{place}, size)...)
		}
	}
	return degrees
}

// kinds are the degrees that are useful for a hidden unit: the least one and how many there are. Degree 0 is useful only with a
// context, and degree d is not, because no parameter has it.
func (a Autoregression) kinds() (least, kinds int) {
	least, kinds = 1, len(a.Order)-1
	if a.Context > 0 || kinds == 0 {
		return 0, kinds + 1
	}
	return least, kinds
}

// hidden lists the degrees of a hidden layer of that many units, in ascending order, each degree equally often.
func (a Autoregression) hidden(units int) []int {
	least, kinds := a.kinds()
	degrees := make([]int, units)
	for k := range degrees {
		degrees[k] = least + k*kinds/units
	}
	return degrees
}
