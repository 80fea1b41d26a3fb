// Package bench measures the framework's graphs against hand-written gradients (package manual), against the same layers
// made of small ops, and against Gorgonia's own machine with its Adam.
//
//	go test -run '^$' -bench . ./bench                  # every contestant at every work
//	go test -run '^$' -bench /step/wide/float32 ./bench # one row of it
//	go test -run Soak -soak -v ./bench                  # 10,000 steps: flat memory, no allocation
//
// Contestants lists them. The tests hold them to the same log p, loss, gradient and steps: what is timed is the same
// mathematics.
package bench
