package serve

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/defaults"
)

// A Model is what a service knows of a density of rows. Its methods are called by many goroutines at once.
type Model interface {
	// Reads are the columns of a row that is asked about, in the order of its numbers, those that the density is conditional on last.
	Reads() []Column
	// Writes are the columns of a row that Sample and Inverse make.
	Writes() []Column
	// Latents is how many numbers Transform makes of a row.
	Latents() int
	// Card is what else is known of the model, for people: any JSON.
	Card() any

	// Value is the number of a cell of Reads, of which the text is given, "" for one that is missing. Its error says what is wanted, in a
	// sentence that follows the column's name.
	Value(column int, text []byte) (float64, error)
	// AppendText appends the text of a number of Writes, as its column is written.
	AppendText(dst []byte, column int, v float64) []byte

	// Score is log p of each row of x (N×Reads) in nats, and the share of reference rows that are at most as likely: NaN where the model
	// knows none. A row that has no answer has its reason in failed, which is nil where all have one.
	Score(x *mat.Dense) (logProb, tail []float64, failed []error, err error)
	// Transform maps each row of x (N×Reads) to z (N×Latents).
	Transform(x *mat.Dense) (z *mat.Dense, failed []error, err error)
	// Inverse maps each row of z, beside which is what the density is conditional on, to a row of Writes.
	Inverse(z *mat.Dense) (x *mat.Dense, failed []error, err error)
	// Sample draws n rows of Writes, given the numbers of the columns that the density is conditional on.
	Sample(n int, given []float64, rng *rand.Rand) (*mat.Dense, error)
}

// A Column is one of a model's.
type Column struct {
	Name string `json:"name"`
	// Text columns hold words, in JSON a string; others hold numbers, as JSON writes them.
	Text bool `json:"text,omitempty"`
	// Given columns are those that the density is conditional on.
	Given bool `json:"given,omitempty"`
	// Typical is a value to begin with, as the column writes it.
	Typical string `json:"typical,omitempty"`
}

// latents are the names of the numbers that Transform makes.
func latents(m Model) []string { return defaults.Names("z", m.Latents()) }
