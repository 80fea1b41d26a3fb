package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"gaussflow/flows"
	"gaussflow/graph"
)

const convertLong = `Convert writes the weights of a model to an NPZ file, one array for each tensor, under the names of the model file
(block0.coupling_a.mlp.dense2.kernel). Given such an NPZ file as well, it writes the model with these weights instead
of its own: every array must be present and have its tensor's shape.

With --from-keras it makes a model from the weights of the Keras flow that gaussflow is derived from, as its
save_weights writes them (.weights.h5), or numpy.savez of its get_weights (.npz). The log densities agree with Keras
wherever the Keras library does not clip values.`

const convertExample = `  gaussflow convert model.gflow -o weights.npz
  gaussflow convert model.gflow weights.npz -o changed.gflow
  gaussflow convert --from-keras coupling.weights.h5 -o model.gflow`

func newConvert() *cobra.Command {
	var output, keras, activation string
	var shared bool
	c := &cobra.Command{
		Use:     "convert [MODEL] [WEIGHTS.npz] -o FILE",
		Short:   "Convert the weights of a model to NPZ and back",
		Long:    convertLong,
		Example: convertExample,
		Args: func(c *cobra.Command, args []string) error {
			if keras != "" {
				if len(args) > 0 {
					return usage(c, fmt.Errorf("got %s beside --from-keras, want none", numberOf(len(args), "argument")))
				}
				return nil
			}
			if len(args) < 1 || len(args) > 2 {
				return usage(c, fmt.Errorf("got %s, want MODEL or MODEL WEIGHTS.npz", numberOf(len(args), "argument")))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			toNPZ := filepath.Ext(output) == ".npz"
			switch {
			case output == "":
				return usage(c, errors.New("--output is missing, want a file"))
			case keras == "" && (activation != "" || shared):
				return usage(c, errors.New("--activation and --shared are for --from-keras"))
			case keras != "" && toNPZ:
				return usage(c, fmt.Errorf("--output %s, want the name of a model, not .npz", output))
			case keras != "":
				return fromKeras(c, keras, output, flows.KerasConfig{Activation: graph.Activation(activation), Shared: shared})
			case len(args) == 1 && !toNPZ:
				return usage(c, fmt.Errorf("--output %s, want a name that ends in .npz", output))
			case len(args) == 2 && toNPZ:
				return usage(c, fmt.Errorf("--output %s, want the name of a model, not .npz", output))
			}
			p := new(paths).reads("MODEL", args[0]).writes("--output", output)
			if !toNPZ {
				p.reads("WEIGHTS.npz", args[1])
			}
			if err := p.check(c); err != nil {
				return err
			}
			flow, err := flows.Load(args[0])
			if err != nil {
				return err
			}
			if toNPZ {
				return writeWeights(output, flow)
			}
			if err = readWeights(args[1], flow); err != nil {
				return err
			}
			return flow.Save(output)
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "", "write to this `file`")
	c.Flags().StringVar(&keras, "from-keras", "", "make a model of the weights in this `file`, .h5 or .npz")
	c.Flags().StringVar(&activation, "activation", "", "with --from-keras: the activation of the conditioners, `one` of relu, tanh, silu and gelu (default relu)")
	c.Flags().BoolVar(&shared, "shared", false, "with --from-keras: each coupling has one mixture shared by all of its columns")
	return c
}
