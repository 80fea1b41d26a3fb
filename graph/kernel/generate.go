package kernel

//go:generate sh -c "cd avo && go run . -set avx2 -out ../avx2_amd64.s -stubs ../avx2_stubs_amd64.go -pkg kernel"
//go:generate sh -c "cd avo && go run . -set avx512 -out ../avx512_amd64.s -stubs ../avx512_stubs_amd64.go -pkg kernel"
//go:generate sh -c "cd avo && go run . -set neon -out ../neon_arm64.s -stubs ../neon_stubs_arm64.go -pkg kernel"
