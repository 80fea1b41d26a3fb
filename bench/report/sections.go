package main

import "gaussflow/bench"

// A part measures one section; it can use the sections before it.
type part struct {
	name, title string
	measure     func(m *meter, before *report) (section, error)
}

var sections = []part{
	work("step", "Training step", bench.Step, "step"),
	work("logprob", "LogProb of 4096 rows", bench.LogProb, "log_prob"),
	work("one", "LogProb of one row", bench.LogProbOne, "log_prob_one"),
	work("sample", "Sample of 4096 rows", bench.Sample, "sample"),
	workOn("sample-trained", "Sample of 4096 rows, trained flow", bench.Trained, sampleTrained),
	{"run", "Whole moons run, process start to trained flow", wholeRuns},
	{"warmstart", "Warm start", warmStarts},
	{"gemm", "Matrix products of the conditioners", products},
	{"kernel", "Kernels, one core", kernels},
	growths[0].part(), growths[1].part(), growths[2].part(),
	{"stream", "Epoch over a streamed table", streams},
	{"scaling", "Scaling of a training step over workers", scaling},
	{"limit", "The limit of a training step, one core", limits},
}
