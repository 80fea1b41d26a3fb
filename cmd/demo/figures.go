package main

import (
	"fmt"
	"path/filepath"

	"gonum.org/v1/plot/vg"
)

// figure is a PNG that the page shows.
type figure struct {
	file, title, caption string
	png                  []byte
}

// draw renders every figure into memory.
func (e *experiment) draw() ([]figure, error) {
	after := fmt.Sprintf("after %d epochs", e.report.CouplingTrained.Epochs)
	var figures []figure
	add := func(file, title, caption string, height vg.Length, tiles ...tile) error {
		png, err := render(height, tiles...)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		figures = append(figures, figure{file, title, caption, png})
		return nil
	}
	err := add("equal_at_init.png", "Equal at the warm start",
		"Left: where the two flows send the training rows. The clouds lie on each other, point for point. Right: the difference of each pair of points; mind the scale of the axes.",
		square, e.overlay(e.zInit, "Push-forwards overlaid", "coupling flow"), deltas(e.zInit, e.zDiagonal, "Δz = z coupling − z diagonal"))
	if err != nil {
		return nil, err
	}
	err = add("broken_after_training.png", "Training breaks the equality",
		"The same two panels "+after+" of training the coupling flow; the diagonal flow was left alone. The conditioners have learnt how one coordinate depends on the other, which no diagonal flow can express.",
		square, e.overlay(e.zTrained, "Push-forwards overlaid ("+after+")", "coupling flow (trained)"), deltas(e.zTrained, e.zDiagonal, "Δz "+after))
	if err != nil {
		return nil, err
	}
	eq := e.report.Equivalence
	err = add("errors.png", "The size of the difference",
		"Median and largest difference between the two flows over all training rows, before and after training, on a logarithmic axis that spans the whole range of float64 rounding. A difference of exactly zero is drawn as the stump at the foot of the axis.",
		barHeight,
		bars("Error of the push-forward: ‖Δz‖", after, eq.AtInit.Push, eq.AfterTraining.Push),
		bars("Error of the log-density: |Δ log p|, nats", after, eq.AtInit.LogProb, eq.AfterTraining.LogProb))
	if err != nil {
		return nil, err
	}
	if e.report.Data.Cols == 2 {
		density, scale, mass, err := e.densityMap()
		if err != nil {
			return nil, err
		}
		err = add("density.png", "What the flow has learnt",
			fmt.Sprintf("Left: the log-density of the trained coupling flow on [−4, 4]²; the colours end, in black, at −25 nats; the map itself is smooth and finite everywhere. Summed over a grid on [−6, 6]² the density is %.4f. Right: mean loss of each epoch.", mass),
			square, density, scale, e.lossCurve())
		if err != nil {
			return nil, err
		}
	}
	return figures, nil
}

// write writes the figures, the report and the page to files.
func (e *experiment) write() error {
	figures, err := e.draw()
	if err != nil {
		return err
	}
	for _, f := range figures {
		if err := writeFile(filepath.Join(e.options.out, f.file), f.png); err != nil {
			return err
		}
	}
	if err := e.report.write(filepath.Join(e.options.out, "report.json")); err != nil {
		return err
	}
	return e.writePage(filepath.Join(e.options.out, "index.html"), figures)
}
