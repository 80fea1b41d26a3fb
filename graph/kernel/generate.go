package kernel

//go:generate sh -c "cd avo && go run . -out ../mixture_amd64.s -stubs ../mixture_stubs_amd64.go -pkg kernel"
