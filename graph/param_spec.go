package graph

import "fmt"

// A ParamSpec declares a parameter before it is made: its name within its layer and its shape.
type ParamSpec struct {
	Name  string
	Shape []int
}

// Size is the number of elements, as a float64 because a hostile description may ask for more than an int can hold.
func (s ParamSpec) Size() float64 {
	n := 1.0
	for _, d := range s.Shape {
		n *= float64(d)
	}
	return n
}

// maxNumbers limits the size of one parameter, so that a damaged or hostile description is refused before memory is
// allocated.
const maxNumbers = 1 << 28

// Validate reports a shape that is invalid or too large to be meant.
func (s ParamSpec) Validate() error {
	for _, d := range s.Shape {
		if d < 1 {
			return fmt.Errorf("parameter %q: shape %v, want ≥ 1 along each axis", s.Name, s.Shape)
		}
	}
	if s.Size() > maxNumbers {
		return fmt.Errorf("parameter %q: shape %v, want at most %d numbers", s.Name, s.Shape, maxNumbers)
	}
	return nil
}

// NewParams makes the trainable parameters that specs declare, filled with zeros.
func NewParams(dtype Dtype, specs []ParamSpec) ([]*Param, error) {
	if err := dtype.Validate(); err != nil {
		return nil, err
	}
	for _, s := range specs {
		if err := s.Validate(); err != nil {
			return nil, err
		}
	}
	params := make([]*Param, len(specs))
	for i, s := range specs {
		params[i] = NewParam(s.Name, dtype, s.Shape...)
	}
	return params, nil
}
