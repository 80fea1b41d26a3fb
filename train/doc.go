// Package train fits anything that has parameters and a graph, with Keras's semantics under Go names: Config is
// compile's, FitConfig is fit's, History is what fit returns.
//
// A batch is cut into one shard a worker; each worker runs its own program over the same parameters, and the
// gradients are added in worker order. The same seed, data and number of workers give the same history, bit
// for bit. FitSource, EvaluateSource and Batches read a Source, a table that need not fit in memory.
package train
