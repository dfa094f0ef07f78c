// What the reader @odata/client, unmodified, gets of a feed: node read_odata.cjs ADDRESS [TOKEN], one JSON object out.
"use strict";
const { OData } = require("@odata/client");
const [serviceEndpoint, token] = process.argv.slice(2);
const credential = token ? { username: "carreau", password: token } : undefined;
const client = OData.New4({ serviceEndpoint, credential });
const SIZE = 5000;

async function paged(set) {
  const rows = [];
  for (;;) {
    const page = await set.query(client.newParam().orderby("bv_id", "asc").skip(rows.length).top(SIZE));
    rows.push(...page);
    if (page.length < SIZE) return rows;
  }
}

(async () => {
  const stations = client.getEntitySet("Bureaux");
  const began = performance.now();
  const rows = await paged(stations);
  const seconds = (performance.now() - began) / 1000;
  const filter = client.newFilter().property("inscrits").gt(800);
  const large = await stations.query(client.newParam().filter(filter).select(["bv_id", "inscrits"]).orderby("inscrits", "desc"));
  const one = await stations.retrieve(rows[0].bv_id);
  const refused = await stations.query(client.newParam().filter("secret eq 1")).then(() => "", (error) => String(error.message));
  const counted = await stations.count(filter);
  console.log(JSON.stringify({ rows: rows.length, keys: rows.map((row) => row.bv_id), seconds, large, one, counted, refused }));
})();
