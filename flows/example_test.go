package flows_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/initializers"
	"gaussflow/train"
)

// A density of two columns, the second of which depends on the first: from rows to log p and samples.
func Example() {
	rng := rand.New(rand.NewPCG(1, 1))
	x := mat.NewDense(2000, 2, nil)
	for i := range 2000 {
		a := rng.NormFloat64()
		x.SetRow(i, []float64{a, a*a + 0.5*rng.NormFloat64()})
	}

	flow, err := flows.NewCoupling(2, flows.CouplingConfig{Blocks: 2, Hidden: []int{16}, Seed: 11})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := flow.InitFrom(x, initializers.IGConfig{}); err != nil {
		log.Fatal(err)
	}
	if err := flow.Compile(train.Config{Optimizer: train.Adam{LearningRate: 5e-3}}); err != nil {
		log.Fatal(err)
	}
	history, err := flow.Fit(context.Background(), x, train.FitConfig{Epochs: 10, BatchSize: 128, ValidationSplit: 0.1, Workers: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("epochs:", len(history.Loss), "loss fell:", history.Loss[9] < history.Loss[0])

	lp, err := flow.LogProb(mat.NewDense(2, 2, []float64{1, 1, 1, -3}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("a row on the curve is likelier than one off it:", lp[0] > lp[1]+3)

	rows, err := flow.Sample(3, rng)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rows.Dims())
	// Output:
	// epochs: 10 loss fell: true
	// a row on the curve is likelier than one off it: true
	// 3 2
}

// Keras's predict is Forward's z, and evaluate is the mean loss: here that of two points under a fitted normal, ½ + ½ log
// 2π. A rotation of one column may turn its sign.
func ExampleFlow_Predict() {
	flow, err := flows.NewGaussianization(1, flows.GaussianizationConfig{Blocks: 1, Components: 1, Seed: 11})
	if err != nil {
		log.Fatal(err)
	}
	x := mat.NewDense(2, 1, []float64{-1, 1})
	if _, err := flow.InitFrom(x, initializers.IGConfig{}); err != nil {
		log.Fatal(err)
	}
	z, err := flow.Predict(x)
	if err != nil {
		log.Fatal(err)
	}
	if err := flow.Compile(train.Config{}); err != nil {
		log.Fatal(err)
	}
	loss, err := flow.Evaluate(x, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("z %.2f, loss %.2f nats\n", z.RawMatrix().Data, loss)
	// Output: z [1.00 -1.00], loss 1.42 nats
}

// A flow is saved to a file and loaded unchanged, together with facts that a program adds for its own use.
func ExampleFlow_Save() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	flow, err := flows.NewGaussianization(2, flows.GaussianizationConfig{Blocks: 1, Seed: 11})
	if err != nil {
		log.Fatal(err)
	}
	flow.Metadata.Columns = []string{"height", "weight"}
	flow.Metadata.Extra = map[string]json.RawMessage{"threshold": json.RawMessage("-7.5")}
	path := filepath.Join(dir, "model.gflow")
	if err := flow.Save(path); err != nil {
		log.Fatal(err)
	}

	loaded, err := flows.Load(path)
	if err != nil {
		log.Fatal(err)
	}
	x := mat.NewDense(1, 2, []float64{0.3, -1})
	a, err := flow.LogProb(x)
	if err != nil {
		log.Fatal(err)
	}
	b, err := loaded.LogProb(x)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(loaded.Metadata.Columns, string(loaded.Metadata.Extra["threshold"]), a[0] == b[0])
	// Output: [height weight] -7.5 true
}

// A fit that writes checkpoints is started again after a crash by the same lines; it goes on from the last checkpoint, to
// the same result.
func ExampleFlow_Fit_resume() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	rng := rand.New(rand.NewPCG(1, 1))
	x := mat.NewDense(200, 2, nil)
	for i := range 200 {
		x.SetRow(i, []float64{rng.NormFloat64(), rng.NormFloat64()})
	}
	run := func(callbacks ...train.Callback) (*train.History, error) {
		flow, err := flows.NewGaussianization(2, flows.GaussianizationConfig{Blocks: 1, Seed: 11})
		if err != nil {
			return nil, err
		}
		if err := flow.Compile(train.Config{}); err != nil {
			return nil, err
		}
		return flow.Fit(context.Background(), x, train.FitConfig{Epochs: 4, BatchSize: 50, Workers: 1, Callbacks: callbacks,
			Checkpoint: train.Checkpoint{Path: filepath.Join(dir, "fit.ckpt"), Resume: true}})
	}

	_, err = run(train.LambdaCallback{BatchEnd: func(s *train.State) error {
		if s.Epoch == 2 {
			return errors.New("the machine went down")
		}
		return nil
	}})
	fmt.Println(err)
	history, err := run(train.LambdaCallback{TrainBegin: func(s *train.State) error {
		fmt.Println("going on with epoch", s.Epoch)
		return nil
	}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(history.Epoch)
	// Output:
	// the machine went down
	// going on with epoch 2
	// [0 1 2 3]
}
