# The gateway: components/gateway runs it. Build context: what assemble.mjs gateway FOLDER leaves (see ../README.md, "The images").
FROM node:20-slim

COPY gateway/ /opt/millrace/gateway/

USER 9999:9999
ENTRYPOINT ["node", "--disable-proto=delete", "/opt/millrace/gateway/dist/main.js"]
