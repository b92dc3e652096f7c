// FerretDB: MongoDB's protocol over SQLite, for the tests of the reader of MongoDB.
//
// Arguments: a host and port, one for TLS, the certificate and its key, and a folder for the data.
// Its own command does not build outside of its repository.
package main

import (
	"context"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	server, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{
			TCP: os.Args[1], TLS: os.Args[2], TLSCertFile: os.Args[3], TLSKeyFile: os.Args[4],
		},
		Handler:   "sqlite",
		SQLiteURL: "file:" + os.Args[5] + "/",
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log.Print(server.Run(ctx))
}
