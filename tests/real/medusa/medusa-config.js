// A shop for tests: no administration pages, pictures on this disk, roles where MEDUSA_FF_RBAC asks for them.
const { defineConfig } = require("@medusajs/framework/utils");

const here = `http://127.0.0.1:${process.env.PORT}`;
const modules = [
  {
    resolve: "@medusajs/medusa/file",
    options: {
      providers: [
        {
          resolve: "@medusajs/medusa/file-local",
          id: "local",
          options: { upload_dir: "static", backend_url: `${here}/static` },
        },
      ],
    },
  },
];
if (process.env.MEDUSA_FF_RBAC === "true") modules.push({ resolve: "@medusajs/medusa/rbac" });

module.exports = defineConfig({
  admin: { disable: true },
  modules,
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    databaseDriverOptions: { connection: { ssl: false } },
    http: {
      storeCors: here, adminCors: here, authCors: here,
      jwtSecret: process.env.JWT_SECRET, cookieSecret: process.env.JWT_SECRET,
    },
  },
});
