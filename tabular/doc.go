// Package tabular fits a flow to a table with one call: Fit takes column names and rows, and chooses everything that
// Config leaves open from the number of rows and columns.
//
//	model, err := tabular.Fit(ctx, names, x, tabular.Config{})
//	lp, err := model.LogProb(x)          // nats, in the units of x
//	tail := model.TailProbability(lp)    // share of reference rows at most as likely
//	err = model.Save("model.gflow")      // Load reads it
//
// What real tables bring is handled and said: constant columns are an error or are dropped by name, integer-coded
// columns are dequantized, cells far from all others are left out and named, heavy tails are mapped, and Model.Warnings lists what a density means where values are tied.
package tabular
