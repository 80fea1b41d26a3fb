# gaussflow serve, and the other commands, as one static binary in an image that holds nothing else:
#
#	docker build -t gaussflow .
#	docker run --read-only -p 8080:8080 -v "$PWD/models:/models:ro" gaussflow serve /models/penguins.gflow --addr :8080
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /gaussflow ./cmd/gaussflow

FROM scratch
COPY --from=build /gaussflow /gaussflow
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/gaussflow"]
CMD ["serve", "--help"]
