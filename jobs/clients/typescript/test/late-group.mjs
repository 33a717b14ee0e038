// The example of the page against a broker whose group coordinator does not answer yet: node test/late-group.mjs STACK_FOLDER
// Each of the first attempts to join a group ends with a closed connection: more of them than kafkajs tries before it starts anew.
import net from "node:net";

const JOIN_GROUP = 11;
const TRIES = 7;
const connect = net.connect;
let broken = 0;

net.connect = (...to) => {
  const socket = connect(...to);
  const write = socket.write;
  socket.write = (request, ...rest) => {
    // a request of Kafka's protocol: its length in four bytes, then its kind in two
    if (request.length > 6 && request.readInt16BE(4) === JOIN_GROUP && broken < TRIES) {
      broken++;
      return socket.destroy(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
    }
    return write.call(socket, request, ...rest);
  };
  return socket;
};

await import("../examples/first-answer.mjs");
console.log(`attempts to join that failed: ${broken}`);
