import { connect } from 'node:net';

// The same function on both sides: it tells the benchmark which event came, over a connection that stays open.
const benchmark = connect(Number(process.env.NOTE_PORT), '127.0.0.1');

export const handler = ({ detail }) =>
  new Promise((resolve, reject) => {
    benchmark.write(`${detail.id}\n`, (error) => (error ? reject(error) : resolve({})));
  });
