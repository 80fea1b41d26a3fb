package serve

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/defaults"
)

// A Model is what a service needs of a density of rows. Its methods are called by many goroutines at once.
type Model interface {
	// Reads are the columns of a row to score, in the order of its numbers; those that the density is conditional on come last.
	Reads() []Column
	// Writes are the columns of the rows that Sample and Inverse return.
	Writes() []Column
	// Latents is how many numbers Transform returns for a row.
	Latents() int
	// Card is what else is known about the model, for readers: any JSON.
	Card() any

	// Value is the number for a cell of Reads, given its text; "" stands for a missing cell. Its error says what is wanted, as the
	// continuation of a sentence that begins with the column's name.
	Value(column int, text []byte) (float64, error)
	// AppendText appends the text of a number of Writes, as its column is written.
	AppendText(dst []byte, column int, v float64) []byte

	// Score is log p of each row of x (N×Reads) in nats, and the share of reference rows that are at most as likely, NaN if the
	// model does not know it. failed holds the reason for each row without an answer; it is nil if all have one.
	Score(x *mat.Dense) (logProb, tail []float64, failed []error, err error)
	// Transform maps each row of x (N×Reads) to z (N×Latents).
	Transform(x *mat.Dense) (z *mat.Dense, failed []error, err error)
	// Inverse maps each row of z, followed by the values that the density is conditional on, to a row of Writes.
	Inverse(z *mat.Dense) (x *mat.Dense, failed []error, err error)
	// Sample draws n rows of Writes, given the values of the columns that the density is conditional on.
	Sample(n int, given []float64, rng *rand.Rand) (*mat.Dense, error)
}

// A Column is a column of a model.
type Column struct {
	Name string `json:"name"`
	// Text says that the column holds words, in JSON strings; other columns hold numbers, as JSON writes them.
	Text bool `json:"text,omitempty"`
	// Given says that the density is conditional on the column.
	Given bool `json:"given,omitempty"`
	// Typical is an example value, as the column writes it.
	Typical string `json:"typical,omitempty"`
}

// latents are the names of the numbers that Transform returns.
func latents(m Model) []string { return defaults.Names("z", m.Latents()) }
