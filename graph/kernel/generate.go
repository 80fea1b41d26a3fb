package kernel

//go:generate sh -c "cd avo && go run . -kernels mixture -out ../mixture_amd64.s -stubs ../mixture_stubs_amd64.go -pkg kernel"
//go:generate sh -c "cd avo && go run . -kernels gemm -out ../gemm_amd64.s -stubs ../gemm_stubs_amd64.go -pkg kernel"
//go:generate sh -c "cd avo && go run . -kernels vector -out ../vector_amd64.s -stubs ../vector_stubs_amd64.go -pkg kernel"
//go:generate sh -c "cd avo && go run . -kernels em -out ../em_amd64.s -stubs ../em_stubs_amd64.go -pkg kernel"
//go:generate sh -c "cd avo && go run . -kernels normal -out ../normal_amd64.s -stubs ../normal_stubs_amd64.go -pkg kernel"
