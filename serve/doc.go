// Package serve answers questions about densities over HTTP: how likely are these rows, draw some like them, map them to latents and
// back. A Server is an http.Handler that any program can mount; gaussflow serve is such a program.
//
//	s, err := serve.New(serve.Config{Models: map[string]string{"penguins": "penguins.gflow"}})
//	mux.Handle("/v1/", s)
//
// # Questions
//
//	POST /v1/models/{name}/score      rows → log p and tail probability of each
//	POST /v1/models/{name}/transform  rows → z1, z2, …, a standard normal where the model is right
//	POST /v1/models/{name}/inverse    rows of z1, z2, … → rows
//	POST /v1/models/{name}/sample     {"rows": 100, "seed": 1} → rows
//	GET  /v1/models, /v1/models/{name}, /healthz, /readyz, /metrics, /openapi.json, and a page at /
//
// Rows come as JSON (an object, or an array of objects), as JSON lines, as CSV or TSV, or as Parquet or Arrow, which Content-Type says; the answer
// is of the same kind, theirs is CSV, and Accept chooses another. Cells are read and written as those of the table that the model was
// fitted to: categories, units, dates, missing cells. A row that cannot be read is answered in its place with the
// reason, the others with their numbers.
//
// # Many rows, many clients
//
// Tables, lines and arrays are streamed both ways: what is not asked for yet is not read, so that memory depends neither on
// the size of a body nor on the speed of who reads the answer. Single rows of requests that are there at the same time are computed together,
// and have the same bits whoever else asks. What is over a limit is refused at once and says which limit: see Limits.
//
// # Models that change
//
// Watch looks at the files of the models. A new one is loaded beside the one that serves, tried, and takes its place between two
// requests; a file that is no model, or one of other columns, changes nothing and is logged.
package serve
