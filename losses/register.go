package losses

import (
	"encoding/json"
	"fmt"

	"gaussflow/internal/registry"
)

// A Description is a loss or a penalty as JSON.
type Description struct {
	Kind   string          `json:"kind"`
	Config json.RawMessage `json:"config"`
}

var (
	losses    = registry.New[Loss, struct{}]("losses.Register")
	penalties = registry.New[Penalty, struct{}]("losses.RegisterPenalty")
)

// Register makes losses of type L, which must survive JSON, ones that a file can say a model was compiled with, under a name that files
// have for them. It is called once, in an init function.
func Register[L Loss](kind string) error { return registry.AddValue[L](losses, kind, nil) }

// RegisterPenalty is Register of a penalty.
func RegisterPenalty[P Penalty](kind string) error {
	return registry.AddValue[P](penalties, kind, nil)
}

// Describe is l as JSON. It is an error if its type is not registered.
func Describe(l Loss) (Description, error) { return describe(losses, l) }

// DescribePenalty is p as JSON. It is an error if its type is not registered.
func DescribePenalty(p Penalty) (Description, error) { return describe(penalties, p) }

func describe[N any](r *registry.Registry[N, struct{}], n N) (d Description, err error) {
	if d.Kind, d.Config, err = r.Describe(n); err != nil {
		return Description{}, fmt.Errorf("losses: %w", err)
	}
	return d, nil
}

// New is the loss that d describes.
func New(d Description) (Loss, error) {
	if d.Kind == "base_nll" { // what files once called the NLL whose layer losses the trainer added
		d.Kind = "nll"
	}
	return read(losses, d)
}

// NewPenalty is the penalty that d describes.
func NewPenalty(d Description) (Penalty, error) { return read(penalties, d) }

func read[N any](r *registry.Registry[N, struct{}], d Description) (n N, err error) {
	if n, err = r.Make(d.Kind, struct{}{}, d.Config, nil); err != nil {
		return n, fmt.Errorf("losses: %w", err)
	}
	return n, nil
}

// The losses and penalties of this package: a new one is a file and a line.
func init() {
	for _, err := range []error{
		Register[NLL]("nll"),
		RegisterPenalty[L2]("l2"),
	} {
		if err != nil {
			panic(err) // the lines above are wrong
		}
	}
}
