// Package tabular fits a flow to a table with one call: Fit takes column names and rows, and chooses everything that
// Config leaves open from the number of rows and columns.
//
//	model, err := tabular.Fit(ctx, names, x, tabular.Config{})
//	lp, err := model.LogProb(x)          // nats, in the units of x
//	tail := model.TailProbability(lp)    // share of reference rows at most as likely
//	err = model.Save("model.gflow")      // Load reads it
//
// Difficulties of real tables are handled, and reported in Model.Warnings: constant columns are an error or are dropped,
// integer-coded columns are dequantized, rows with cells far from all others are left out, heavy tails are mapped; and for columns
// with tied values the warning says what their density means.
package tabular
