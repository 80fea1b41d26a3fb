package losses

import (
	"encoding/json"
	"fmt"

	"gaussflow/internal/registry"
)

// A Description is the JSON form of a loss or a penalty.
type Description struct {
	Kind   string          `json:"kind"`
	Config json.RawMessage `json:"config"`
}

var (
	losses    = registry.New[Loss, struct{}]("losses.Register")
	penalties = registry.New[Penalty, struct{}]("losses.RegisterPenalty")
)

// Register lets a file record that a model was compiled with a loss of type L, under the given name. L must survive encoding to
// JSON and back. It is called once, in an init function.
func Register[L Loss](kind string) error { return registry.AddValue[L](losses, kind, nil) }

// RegisterPenalty is Register for a penalty.
func RegisterPenalty[P Penalty](kind string) error {
	return registry.AddValue[P](penalties, kind, nil)
}

// Describe describes l as JSON. It returns an error if l's type is not registered.
func Describe(l Loss) (Description, error) { return describe(losses, l) }

// DescribePenalty describes p as JSON. It returns an error if p's type is not registered.
func DescribePenalty(p Penalty) (Description, error) { return describe(penalties, p) }

func describe[N any](r *registry.Registry[N, struct{}], n N) (d Description, err error) {
	if d.Kind, d.Config, err = r.Describe(n); err != nil {
		return Description{}, fmt.Errorf("losses: %w", err)
	}
	return d, nil
}

// New makes the loss that d describes.
func New(d Description) (Loss, error) {
	if d.Kind == "base_nll" { // the name of the NLL in early files, when the trainer added the layer losses
		d.Kind = "nll"
	}
	return read(losses, d)
}

// NewPenalty makes the penalty that d describes.
func NewPenalty(d Description) (Penalty, error) { return read(penalties, d) }

func read[N any](r *registry.Registry[N, struct{}], d Description) (n N, err error) {
	if n, err = r.Make(d.Kind, struct{}{}, d.Config, nil); err != nil {
		return n, fmt.Errorf("losses: %w", err)
	}
	return n, nil
}

// The losses and penalties of this package. A new one needs a file and a line here.
func init() {
	for _, err := range []error{
		Register[NLL]("nll"),
		RegisterPenalty[L2]("l2"),
	} {
		if err != nil {
			panic(err) // a mistake in the lines above
		}
	}
}
