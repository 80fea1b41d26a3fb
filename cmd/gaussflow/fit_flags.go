package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gaussflow/graph"
	"gaussflow/tabular"
)

// fitFlags are the flags of fit.
type fitFlags struct {
	table                   tableFlags
	config                  tabular.Config
	output, history, report string
	as                      map[string]string
	schema                  string // the file of the schema to read
	resume, json, quiet     bool
	losses                  *historyFile // nil without --history
}

func (o *fitFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.SortFlags = false
	f.StringVarP(&o.output, "output", "o", "", "write the model to this `file` (default: the table's name with .gflow)")
	f.BoolVar(&o.resume, "resume", false, "continue a fit to the same file that was killed or interrupted")
	f.StringVar(&o.history, "history", "", "write the losses of every epoch to this CSV `file`")
	f.StringVar(&o.report, "report", "", "write a page that shows the model to this HTML `file`")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "show no progress bar")
	jsonFlag(c, &o.json)
	o.registerModel(f)
	o.registerTraining(f)
	f.StringSliceVar(&o.table.options.Columns, "columns", nil, "fit these columns, by `name`, in this order (default: all)")
	f.StringSliceVar(&o.table.options.Except, "except", nil, "leave these columns out, by `name`")
	f.StringToStringVar(&o.as, "as", nil, asUsage)
	f.StringVar(&o.schema, "schema", "", "take what the columns are from this JSON `file`, which gaussflow inspect --schema writes")
	o.table.registerWhole(c)
	o.table.rowsFlag(c, "fit to")
}

func (o *fitFlags) registerModel(f *pflag.FlagSet) {
	m := &o.config
	f.Var(newChoice(&m.Preset, tabular.Fast, tabular.Default, tabular.Best), "preset", "how much computation to spend (default default)")
	f.Var(newChoice(&m.Family, tabular.Aligned, tabular.Rotated, tabular.Diagonal, tabular.Gaussian, tabular.AnyOrder), "family",
		"the kind of density: a flow, or any-order (default any-order where there are categories or missing cells, else aligned; rotated for few rows a column)")
	f.IntVar(&m.Blocks, "blocks", 0, "blocks of the flow (default: that of the preset, as for all flags below)")
	f.IntVar(&m.Components, "components", 0, "components of each mixture")
	f.IntSliceVar(&m.Hidden, "hidden", nil, "`widths` of the conditioners' hidden layers, as 64,64")
	f.Var(newChoice(&m.Dtype, graph.Float32, graph.Float64), "dtype", "arithmetic (default float32, or float64 where a column needs it)")
	f.Var(newChoice(&m.Dequantize, tabular.DequantizeGrids, tabular.DequantizeNone), "dequantize",
		"spread tied columns of values on a grid over one step of it (default grids)")
	f.Lookup("dequantize").NoOptDefVal = string(tabular.DequantizeGrids)
}

func (o *fitFlags) registerTraining(f *pflag.FlagSet) {
	m := &o.config
	f.IntVar(&m.Epochs, "epochs", 0, "maximum number of epochs")
	f.IntVar(&m.BatchSize, "batch", 0, "rows per optimizer step")
	f.Float64Var(&m.LearningRate, "lr", 0, "peak learning rate")
	f.IntVar(&m.Patience, "patience", 0, "epochs without a lower validation loss after which the fit ends")
	f.Float64Var(&m.ValidationShare, "validation-share", 0.1, "share of the rows held out to choose the best epoch")
	f.Uint64Var(&m.Seed, "seed", 0, "seed of all random choices")
	f.IntVar(&m.Workers, "workers", 0, "processors to use (default: all); the last digits of the results depend on it")
}
