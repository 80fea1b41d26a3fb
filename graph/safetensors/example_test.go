package safetensors_test

import (
	"bytes"
	"fmt"
	"log"

	"gaussflow/graph/safetensors"
)

// Arrays and strings, there and back.
func Example() {
	var file bytes.Buffer
	err := safetensors.Write(&file, &safetensors.File{
		Metadata: map[string]string{"made by": "an example"},
		Tensors:  []safetensors.Tensor{{Name: "layer.kernel", Shape: []int{2, 2}, Data: []float32{1, 2, 3, 4}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	back, err := safetensors.Read(&file)
	if err != nil {
		log.Fatal(err)
	}
	t := back.Tensors[0]
	fmt.Println(back.Metadata["made by"], t.Name, t.Shape, t.Data)
	// Output: an example layer.kernel [2 2] [1 2 3 4]
}
